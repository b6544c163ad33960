using System.Diagnostics;
using System.Text.Json;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Cluster.Tests;

/// <summary>The real broker that tests/servers/rabbitmq.sh started; its JSON line is in OSSMIGRATION_TEST_RABBITMQ.</summary>
internal sealed record Broker(string Uri, string TlsUri, string CertificateAuthority, string UserName, string Password, string Folder)
{
    private const string Variable = "OSSMIGRATION_TEST_RABBITMQ";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public QueueAddress Address => QueueAddress.Parse(Uri, allowInsecure: false) with { UserName = UserName, Password = Password };

    /// <summary>The broker; without one the test is skipped, in CI it fails.</summary>
    public static Broker Require()
    {
        string? line = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(line))
        {
            string reason = $"No RabbitMQ: {Variable} not set.";
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail(reason);
            Assert.Skip(reason);
        }

        return Read(line);
    }

    /// <summary>As <see cref="Require"/>, for a test that measures or takes minutes (<see cref="Alone"/>).</summary>
    public static Broker RequireAlone()
    {
        Alone.Require();
        return Require();
    }

    /// <summary>Ends and starts it: SIGTERM, or SIGKILL.</summary>
    public async Task RestartAsync(bool kill)
    {
        await RunAsync(kill ? "kill" : "stop", Folder);
        await RunAsync("start", Folder);
    }

    /// <summary>rabbitmqctl.</summary>
    public Task ControlAsync(params string[] arguments) => RunAsync(["control", Folder, .. arguments]);

    /// <summary>Another broker, of an empty folder.</summary>
    public static async Task<Broker> StartAnotherAsync(string folder, bool withoutQuorumQueues)
        => Read(await RunAsync(["start", folder], withoutQuorumQueues));

    public Task StopAsync() => RunAsync("stop", Folder);

    private static Broker Read(string line) => JsonSerializer.Deserialize<Broker>(line, JsonSerializerOptions.Web)!;

    private static Task<string> RunAsync(params string[] arguments) => RunAsync(arguments, withoutQuorumQueues: false);

    private static async Task<string> RunAsync(string[] arguments, bool withoutQuorumQueues)
    {
        ProcessStartInfo start = new("bash") { RedirectStandardOutput = true };
        foreach (string argument in (string[])[Path.Join(Layout.Root, "tests/servers/rabbitmq.sh"), .. arguments])
            start.ArgumentList.Add(argument);
        if (withoutQuorumQueues)
            start.Environment["RABBITMQ_WITHOUT_QUORUM_QUEUES"] = "1";
        using Process process = Process.Start(start)!;
        string? line = await process.StandardOutput.ReadLineAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, $"rabbitmq.sh {string.Join(' ', arguments)} ended with {process.ExitCode}");
        return line ?? "";
    }
}
