using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Testing.Platform.Builder;
using Microsoft.Testing.Platform.Configurations;
using Microsoft.Testing.Platform.Extensions;
using Microsoft.Testing.Platform.Extensions.Messages;
using Microsoft.Testing.Platform.Extensions.OutputDevice;
using Microsoft.Testing.Platform.Extensions.TestHost;
using Microsoft.Testing.Platform.OutputDevice;
using Microsoft.Testing.Platform.Services;

namespace OssMigration.TestKit.Closing;

/// <summary>
/// Says at the end of a test run how many tests ran, how many were skipped and why, grouped by reason, for every test project
/// (tests/Directory.Build.targets compiles it into each and registers <see cref="AddExtensions"/>).
/// </summary>
/// <remarks>
/// <c>dotnet test</c> swallows what a test program prints; of what it hears from one it shows only the files it made, by name,
/// just above its summary. So the line is the name of a file, and the file lists the skipped tests.
/// </remarks>
internal sealed class ClosingLine(IServiceProvider services)
    : IDataConsumer, IDataProducer, ITestSessionLifetimeHandler, IOutputDeviceDataProducer
{
    /// <summary>File systems hold names of 255 bytes; a little is left for the extension.</summary>
    private const int LongestName = 200;

    private static readonly string Assembly = typeof(ClosingLine).Assembly.GetName().Name!;

    private readonly ConcurrentQueue<(string Name, TestNodeStateProperty State)> _ended = new();

    public string Uid => nameof(ClosingLine);

    public string Version => "1.0.0";

    public string DisplayName => "Closing line";

    public string Description => "Says how many tests ran, how many were skipped and why.";

    public Type[] DataTypesConsumed { get; } = [typeof(TestNodeUpdateMessage)];

    public Type[] DataTypesProduced { get; } = [typeof(SessionFileArtifact)];

    /// <summary>What the test platform calls at start.</summary>
    public static void AddExtensions(ITestApplicationBuilder builder, string[] _)
    {
        var factory = new CompositeExtensionFactory<ClosingLine>(services => new ClosingLine(services));
        builder.TestHost.AddDataConsumer(factory);
        builder.TestHost.AddTestSessionLifetimeHandler(factory);
    }

    public Task<bool> IsEnabledAsync() => Task.FromResult(true);

    public Task OnTestSessionStartingAsync(ITestSessionContext testSessionContext) => Task.CompletedTask;

    public Task ConsumeAsync(IDataProducer dataProducer, IData value, CancellationToken cancellationToken)
    {
        if (value is TestNodeUpdateMessage { TestNode: var node }
            && node.Properties.SingleOrDefault<TestNodeStateProperty>() is { } state
            && state is not DiscoveredTestNodeStateProperty and not InProgressTestNodeStateProperty)
        {
            // Not by node.Uid: the rows of a theory that is not enumerated share one.
            _ended.Enqueue((node.DisplayName, state));
        }

        return Task.CompletedTask;
    }

    public async Task OnTestSessionFinishingAsync(ITestSessionContext testSessionContext)
    {
        if (_ended.IsEmpty)
            return;

        var skipped = _ended
            .Where(test => test.State is SkippedTestNodeStateProperty)
            .GroupBy(test => test.State.Explanation ?? "no reason given", test => test.Name, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count())
            .ToList();
        string line = Line(_ended.Count, _ended.Count(test => HasFailed(test.State)), skipped);
        CancellationToken cancellationToken = testSessionContext.CancellationToken;
        await services.GetOutputDevice().DisplayAsync(this, new TextOutputDeviceData(line), cancellationToken);
        FileInfo file = await WriteAsync(line, skipped, cancellationToken);
        await services.GetMessageBus().PublishAsync(this, new SessionFileArtifact(testSessionContext.SessionUid, file, DisplayName));
    }

    private static bool HasFailed(TestNodeStateProperty state)
        => state is not PassedTestNodeStateProperty and not SkippedTestNodeStateProperty;

    private static string Line(int total, int failed, List<IGrouping<string, string>> skipped)
    {
        int count = skipped.Sum(group => group.Count());
        string line = string.Create(CultureInfo.InvariantCulture, $"{Assembly} - {total - count} ran, {failed} failed, {count} skipped");
        return count == 0
            ? line
            : $"{line} ({string.Join("; ", skipped.Select(group => $"{group.Count()} x {group.Key}"))})";
    }

    private async Task<FileInfo> WriteAsync(string line, List<IGrouping<string, string>> skipped, CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateDirectory(services.GetConfiguration().GetTestResultDirectory());
        foreach (FileInfo old in folder.EnumerateFiles($"{Assembly} - *.txt"))
            old.Delete();

        var text = new StringBuilder().AppendLine(line);
        foreach (IGrouping<string, string> group in skipped)
        {
            text.AppendLine().AppendLine(group.Key);
            foreach (string name in group.Order(StringComparer.Ordinal))
                text.Append("  ").AppendLine(name);
        }

        var file = new FileInfo(Path.Combine(folder.FullName, FileName(line) + ".txt"));
        await File.WriteAllTextAsync(file.FullName, text.ToString(), cancellationToken);
        return file;
    }

    private static string FileName(string line)
    {
        // The characters that one system or another refuses in a name; Path.GetInvalidFileNameChars knows only its own.
        string name = string.Concat(line.Select(c => c is < ' ' or > '~' || "\"*/:<>?\\|".Contains(c, StringComparison.Ordinal) ? ' ' : c));
        return name.Length <= LongestName ? name : name[..LongestName];
    }
}
