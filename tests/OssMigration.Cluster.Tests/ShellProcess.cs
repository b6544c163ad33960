using System.Diagnostics;
using System.Text;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Cluster.Tests;

/// <summary>The Shell as a process of its own, as a user's machine would run it. It ends with the test.</summary>
internal sealed class ShellProcess : IDisposable
{
    /// <summary>The variables from which the job's addresses take their keys.</summary>
    public const string SourceVariables = "OSSMIGRATION_TEST_FROM";
    public const string DestinationVariables = "OSSMIGRATION_TEST_TO";

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

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public static ShellProcess Start(Broker broker, string home, StoreCredential source, StoreCredential destination, string command)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string argument in (string[])[FindShell(), "-Command", command])
            start.ArgumentList.Add(argument);
        start.Environment["OSSMIGRATION_HOME"] = home;
        start.Environment["OSSMIGRATION_QUEUE_USER"] = broker.UserName;
        start.Environment["OSSMIGRATION_QUEUE_PASSWORD"] = broker.Password;
        SetKeys(SourceVariables, source);
        SetKeys(DestinationVariables, destination);
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

    public async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }

    private static string FindShell()
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Join(folder.FullName, "OssMigration.sln")))
                return Path.Join(folder.FullName, "src", "OssMigration.Shell", "bin", configuration, "net10.0", "OssMigration.Shell.dll");
        }

        throw new InvalidOperationException("The tests do not run inside of the repository.");
    }
}
