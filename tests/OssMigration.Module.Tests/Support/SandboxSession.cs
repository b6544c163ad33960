using System.Net.Http.Json;
using System.Text.Json;

namespace OssMigration.ModuleTests.Support;

/// <summary>A session with a sandbox of its own in <c>$sandbox</c>; both end together.</summary>
internal sealed class SandboxSession : IDisposable
{
    private readonly Session _session = new();
    private readonly HttpClient _admin = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>Starts the sandbox with the parameters of Start-MigrationSandbox.</summary>
    public SandboxSession(string parameters = "")
    {
        _session.Run($"$sandbox = Start-MigrationSandbox {parameters}").Succeeded();
        _admin.BaseAddress = (Uri)_session.Run("$sandbox.Admin").Single().BaseObject;
        Pid = (int)_session.Run("$sandbox.Pid").Single().BaseObject;
    }

    /// <summary>The session.</summary>
    public Session Session => _session;

    /// <summary>The sandbox's process.</summary>
    public int Pid { get; }

    /// <summary>Runs a script in the session.</summary>
    public Outcome Run(string script, params (string Name, object? Value)[] variables) => _session.Run(script, variables);

    /// <summary>Makes a job from the sandbox's source to its destination and gives its name.</summary>
    public string NewJob(string parameters = "")
    {
        string name = Session.NewJobName();
        Run($"New-MigrationJob {name} $sandbox.Source $sandbox.Destination {parameters}").Single();
        return name;
    }

    /// <summary>Plans a fault.</summary>
    public void Plan(object fault) => Post("/faults", new[] { fault });

    /// <summary>Whether every planned fault has fired.</summary>
    public bool AllFaultsFired()
    {
        using JsonDocument faults = JsonDocument.Parse(_admin.GetStringAsync(new Uri("/faults", UriKind.Relative)).GetAwaiter().GetResult());
        return faults.RootElement.EnumerateArray().All(fault => fault.GetProperty("fired").GetInt32() > 0);
    }

    /// <summary>Waits until the S3 side was asked for content: a run is in the middle of its work.</summary>
    public async Task UntilContentIsReadAsync()
    {
        using HttpResponseMessage answer = await _admin.GetAsync(new Uri("/stats/when?side=s3&operation=GetObject&atLeast=1", UriKind.Relative));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The operations that a side was asked for since the last reset.</summary>
    public IReadOnlySet<string> Operations(string side)
    {
        using JsonDocument stats = JsonDocument.Parse(_admin.GetStringAsync(new Uri("/stats", UriKind.Relative)).GetAwaiter().GetResult());
        return new HashSet<string>(stats.RootElement.GetProperty(side).GetProperty("requests").EnumerateObject().Select(one => one.Name), StringComparer.Ordinal);
    }

    /// <summary>Counts requests from zero again.</summary>
    public void ForgetOperations()
    {
        using HttpResponseMessage answer = _admin.DeleteAsync(new Uri("/stats", UriKind.Relative)).GetAwaiter().GetResult();
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Limits a side.</summary>
    public void Limit(object limits) => Post("/limits", limits);

    /// <summary>Lets the OSS side show stars in place of the secrets of mirroring rules.</summary>
    public void MaskSecrets() => Post("/website", new { maskSecrets = true });

    public void Dispose()
    {
        _session.Run("$sandbox | Stop-MigrationSandbox");
        _session.Dispose();
        _admin.Dispose();
    }

    private void Post(string path, object body)
    {
        using JsonContent content = JsonContent.Create(body);
        using HttpResponseMessage answer = _admin.PostAsync(new Uri(path, UriKind.Relative), content).GetAwaiter().GetResult();
        answer.EnsureSuccessStatusCode();
    }
}
