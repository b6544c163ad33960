using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace OssMigration.Sandboxes;

/// <summary>A sandbox that runs as a child process.</summary>
internal sealed class SandboxProcess : IDisposable
{
    private const int KeptErrorCharacters = 4000;
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private SandboxProcess(Process process)
    {
        _process = process;
    }

    /// <summary>Its process id.</summary>
    public int Pid => _process.Id;

    /// <summary>Where it listens and the keys it takes.</summary>
    public SandboxReady Ready { get; private set; } = null!;

    /// <summary>Starts a sandbox and waits until it is ready.</summary>
    /// <exception cref="SandboxException">It is not shipped, or did not become ready.</exception>
    public static async Task<SandboxProcess> StartAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        SandboxProcess sandbox = new(Launch(options));
        try
        {
            sandbox.Ready = await sandbox.WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false);
            return sandbox;
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }

    /// <summary>Ends the process; returns when it has ended. Twice is no error.</summary>
    public void Dispose()
    {
        try
        {
            if (!_process.HasExited)
            {
                // Its data is a copy or in memory and its own clean-up is not needed, so no gentle signal first.
                _process.Kill(entireProcessTree: true);
                _process.WaitForExit((int)StopLimit.TotalMilliseconds);
            }
        }
        catch (InvalidOperationException)
        {
            // It was never started, or is disposed already.
        }

        _process.Dispose();
    }

    private static Process Launch(SandboxOptions options)
    {
        string program = FindProgram();
        ProcessStartInfo start = new(FindDotnet(), ["exec", program, .. options.Arguments()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(program),
        };

        // A host's own start-up hooks and ports are not meant for this process.
        start.Environment.Remove("ASPNETCORE_URLS");
        start.Environment.Remove("DOTNET_STARTUP_HOOKS");
        try
        {
            return Process.Start(start)
                ?? throw new SandboxException(SandboxProblem.NotStarted, $"The sandbox did not start ({start.FileName}).");
        }
        catch (Win32Exception e)
        {
            throw new SandboxException(
                SandboxProblem.NotStarted, $"The sandbox needs the .NET 10 runtime with ASP.NET Core; '{start.FileName}' could not be run: {e.Message}.", e);
        }
    }

    private static string FindProgram()
    {
        string module = Path.GetDirectoryName(typeof(SandboxProcess).Assembly.Location)!;
        string program = Path.GetFullPath(Path.Combine(module, "..", "OssMigration.Sandbox", "OssMigration.Sandbox.dll"));
        return File.Exists(program)
            ? program
            : throw new SandboxException(
                SandboxProblem.NotShipped,
                $"The sandbox is not part of the installed module; it comes with a build of the source (dotnet build) as {program}.");
    }

    private static string FindDotnet()
    {
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

        // .../dotnet/shared/Microsoft.NETCore.App/10.0.1/ where the host runs on a shared runtime.
        string? running = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(
            Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory()))));
        foreach (string? folder in new[] { running, Environment.GetEnvironmentVariable("DOTNET_ROOT") })
        {
            if (!string.IsNullOrEmpty(folder) && File.Exists(Path.Combine(folder, name)))
                return Path.Combine(folder, name);
        }

        return name;
    }

    private async Task<SandboxReady> WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        _process.ErrorDataReceived += (_, line) => KeepError(line.Data);
        _process.BeginErrorReadLine();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ReadyLimit);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(limit.Token).ConfigureAwait(false) is { } line)
            {
                if (SandboxReady.Parse(line) is { } ready)
                {
                    _ = DrainAsync(_process.StandardOutput);
                    return ready;
                }
            }

            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            throw new SandboxException(SandboxProblem.NotStarted, $"The sandbox ended with exit code {_process.ExitCode} before it was ready. {Errors()}".TrimEnd());
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SandboxException(SandboxProblem.NotStarted, $"The sandbox was not ready after {ReadyLimit.TotalSeconds:0} seconds. {Errors()}".TrimEnd(), e);
        }
    }

    // A full pipe would stop the sandbox in the middle of a log line.
    private static async Task DrainAsync(StreamReader output)
    {
        char[] buffer = new char[4096];
        try
        {
            while (await output.ReadAsync(buffer).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The sandbox has ended.
        }
    }

    private void KeepError(string? line)
    {
        lock (_errors)
        {
            if (line is not null && _errors.Length < KeptErrorCharacters)
                _errors.AppendLine(line);
        }
    }

    private string Errors()
    {
        lock (_errors)
            return _errors.ToString().Trim();
    }
}
