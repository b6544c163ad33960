using OssMigration.Stores.Tests;
using OssMigration.TestKit;
using Xunit;

[assembly: AssemblyFixture(typeof(SandboxFixture))]

namespace OssMigration.Stores.Tests;

/// <summary>The one sandbox of this test assembly; started when the first test asks for it.</summary>
public sealed class SandboxFixture : IAsyncDisposable
{
    private readonly Lazy<Task<SandboxProcess>> _sandbox = new(() => SandboxProcess.StartAsync());

    /// <summary>The running sandbox.</summary>
    public Task<SandboxProcess> StartedAsync() => _sandbox.Value;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_sandbox.IsValueCreated)
            await (await _sandbox.Value).DisposeAsync();
    }
}
