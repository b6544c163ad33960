using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using OssMigration.Core.Jobs;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

/// <summary>The Shell as a process of its own, as a user's machine would run it. It ends with the test.</summary>
public sealed class ShellProcess : IDisposable
{
    /// <summary>What the environment variables with the source's keys begin with.</summary>
    public const string SourceVariables = "OSSMIGRATION_TEST_FROM";

    /// <summary>What those with the destination's begin with.</summary>
    public const string DestinationVariables = "OSSMIGRATION_TEST_TO";

    /// <summary>SIGINT: Ctrl-C.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ShellProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it printed so far, both streams.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Its number.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Whether it is over.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>The job with addresses that find their keys in the Shell's environment.</summary>
    public static MigrationJob WithEnvironmentKeys(MigrationJob job) => job with
    {
        Source = job.Source with { Credential = new CredentialReference(CredentialKind.Environment, SourceVariables) },
        Destination = job.Destination with { Credential = new CredentialReference(CredentialKind.Environment, DestinationVariables) },
    };

    /// <summary>Starts it.</summary>
    /// <param name="home">Where its jobs are.</param>
    /// <param name="source">The keys of the source.</param>
    /// <param name="destination">Those of the destination.</param>
    /// <param name="command">What it runs.</param>
    /// <param name="environment">Further variables.</param>
    public static ShellProcess Start(string home, StoreCredential source, StoreCredential destination, string command, params (string Name, string Value)[] environment)
        => Start(new ProcessStartInfo("dotnet") { ArgumentList = { Layout.Shell, "-Command", command } }, home, source, destination, environment);

    /// <summary>Starts it as a process whose files may not grow beyond a size, as on a disk that gets full (RLIMIT_FSIZE).</summary>
    public static ShellProcess StartWithin(int kiBytes, string home, StoreCredential source, StoreCredential destination, string command)
        => Start(
            new ProcessStartInfo("bash") { ArgumentList = { "-c", $"trap '' XFSZ; ulimit -f {kiBytes}; exec \"$@\"", "bash", "dotnet", Layout.Shell, "-Command", command } },
            home, source, destination, [("DOTNET_EnableWriteXorExecute", "0")]);

    private static ShellProcess Start(ProcessStartInfo start, string home, StoreCredential source, StoreCredential destination, (string Name, string Value)[] environment)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        start.Environment["OSSMIGRATION_HOME"] = home;
        SetKeys(SourceVariables, source);
        SetKeys(DestinationVariables, destination);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return new ShellProcess(process);

        void SetKeys(string name, StoreCredential keys)
        {
            start.Environment[name + "_ACCESS_KEY_ID"] = keys.AccessKeyId;
            start.Environment[name + "_ACCESS_KEY_SECRET"] = keys.AccessKeySecret;
            if (keys.SecurityToken is not null)
                start.Environment[name + "_SECURITY_TOKEN"] = keys.SecurityToken;
        }
    }

    /// <summary>SIGKILL: nothing in the process gets to know of it.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Sends it a signal.</summary>
    public void Send(int signal) => Assert.Equal(0, Send(_process.Id, signal));

    /// <summary>Waits for its end and gives its exit code.</summary>
    public async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Watches the process to its end and gives the highest resident memory, in MiB, as Linux accounts it.</summary>
    public async Task<long> PeakMemoryAsync()
    {
        long peak = 0;
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
        while (!_process.HasExited)
        {
            peak = Math.Max(peak, ReadPeak());
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        return peak;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Send(int pid, int signal);

    private long ReadPeak()
    {
        try
        {
            string? line = File.ReadLines($"/proc/{_process.Id}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan(6).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private void Keep(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
