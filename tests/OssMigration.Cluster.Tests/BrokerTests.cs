using System.Net;
using System.Net.Sockets;
using OssMigration.Cluster.Tests.Faults;
using OssMigration.Core.Reporting;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Cluster.Tests;

/// <summary>A broker that cannot be used gives one clear error each; one that can be used later is waited for, with a visible reason.</summary>
[Collection(nameof(OneBroker))]
public sealed class BrokerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_password_is_told()
    {
        Broker broker = Broker.Require();

        QueueException error = await FailAsync(broker.Address with { Password = "wrong" });

        Assert.Equal(QueueProblem.LoginRefused, error.Problem);
        Assert.Contains(broker.UserName, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_virtual_host_that_is_not_there_is_told()
    {
        QueueException error = await FailAsync(Broker.Require().Address with { VirtualHost = "nowhere" });

        Assert.Equal(QueueProblem.NoVirtualHost, error.Problem);
        Assert.Contains("nowhere", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_told_and_passes_with_its_authority()
    {
        Broker broker = Broker.Require();
        QueueAddress address = QueueAddress.Parse(broker.TlsUri, allowInsecure: false) with { UserName = broker.UserName, Password = broker.Password };

        Assert.Equal(QueueProblem.NotTrusted, (await FailAsync(address)).Problem);
        await using QueueConnection connection = await QueueConnection.OpenAsync(address with { CertificateAuthority = broker.CertificateAuthority }, "test", _ => { }, Token);
        Assert.False(connection.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_certificate_of_another_name_is_not_trusted_though_its_authority_is()
    {
        Broker broker = Broker.Require();
        await using TcpProxy proxy = new(QueueAddress.Parse(broker.TlsUri, allowInsecure: false).Port);
        QueueAddress address = QueueAddress.Parse($"amqps://127.0.0.2:{proxy.Port}", allowInsecure: false) with { CertificateAuthority = broker.CertificateAuthority };
        using TcpListener other = new(IPAddress.Parse("127.0.0.2"), proxy.Port);
        other.Start();
        _ = ForwardOneAsync(other, proxy.Port);

        Assert.Equal(QueueProblem.NotTrusted, (await FailAsync(address)).Problem);
    }

    [Fact]
    public async Task TLS_to_a_port_without_it_is_told()
    {
        QueueAddress plain = Broker.Require().Address;

        Assert.Equal(QueueProblem.NotTrusted, (await FailAsync(plain with { IsEncrypted = true })).Problem);
    }

    [Fact]
    public async Task A_broker_that_is_not_there_is_told()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        QueueException error = await FailAsync(Broker.Require().Address with { Port = port });

        Assert.Equal(QueueProblem.Unreachable, error.Problem);
    }

    [Fact]
    public async Task An_account_without_rights_is_told()
    {
        Broker broker = Broker.Require();
        await broker.ControlAsync("add_user", "limited", "secret");
        try
        {
            await broker.ControlAsync("set_permissions", "limited", "^other", "^other", "^other");

            QueueException error = await FailAsync(broker.Address with { UserName = "limited", Password = "secret" });

            Assert.Equal(QueueProblem.PermissionMissing, error.Problem);
        }
        finally
        {
            await broker.ControlAsync("delete_user", "limited");
        }
    }

    [Fact]
    public async Task A_broker_without_quorum_queues_is_told()
    {
        Broker.Require();
        string folder = Directory.CreateTempSubdirectory("ossmigration-broker-").FullName;
        Broker broker = await Broker.StartAnotherAsync(folder, withoutQuorumQueues: true);
        try
        {
            Topology topology = new("test.00000000");
            await using QueueConnection connection = await QueueConnection.OpenAsync(broker.Address, "test", _ => { }, Token);
            QueueChannel channel = await connection.OpenChannelAsync(confirms: true, Token);

            QueueException error = await Assert.ThrowsAsync<QueueException>(() => channel.DoAsync(
                async open =>
                {
                    await topology.DeclareQueuesAsync(open, Token);
                    return true;
                },
                Token));

            Assert.Equal(QueueProblem.NoQuorumQueues, error.Problem);
        }
        finally
        {
            await broker.StopAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_broker_whose_memory_is_full_is_waited_for_with_a_visible_reason()
    {
        const int Objects = 3_000;
        await using SharedJob shared = await SharedJob.StartAsync(new SandboxBucket { Synthetic = $"flat,count={Objects},size=100" });
        await shared.Sandbox.SetLimitsAsync(SandboxSide.Oss, latencyMs: 20);
        Told worker = new();
        _ = shared.Work(told: worker);
        Task<MigrationReport> run = shared.CoordinateAsync();
        await Eventually.TrueAsync(async () => (await shared.Sandbox.GetStatisticsAsync()).Oss["PutObject"] > Objects / 10, "the first objects");
        try
        {
            await shared.Broker.ControlAsync("set_vm_memory_high_watermark", "0");
            await shared.Told.UntilAsync("takes no messages now");
            await worker.UntilAsync("takes no messages now");
            Assert.False(run.IsCompleted);
        }
        finally
        {
            await shared.Broker.ControlAsync("set_vm_memory_high_watermark", "0.4");
        }

        MigrationReport report = await run;
        Assert.Equal((RunStatus.Complete, Objects), (report.Status, report.Listed.Objects));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_the_broker_does_not_keep_is_sent_again(bool isWorker)
    {
        const int Objects = 200;
        await using SharedJob shared = await SharedJob.StartAsync(new SandboxBucket { Synthetic = $"flat,count={Objects},size=100" });
        QueuePlan refusal = new(QueueFault.Refuse, QueueOperation.Confirm);
        await using QueueLine line = new(shared.Broker.Address.Port, refusal);
        QueueAddress faulty = shared.Broker.Address with { Port = line.Port };
        Task<WorkerSummary> worker = shared.Work(address: isWorker ? faulty : null);

        MigrationReport report = await shared.CoordinateAsync(address: isWorker ? null : faulty);

        Assert.True(refusal.HasFired);
        Assert.Equal((RunStatus.Complete, true, Objects), (report.Status, report.Reconciled, report.Listed.Objects));
        Assert.Equal("The job has ended.", (await worker).Reason);
        await shared.AssertSameAsync(Objects);
    }

    private static async Task<QueueException> FailAsync(QueueAddress address)
    {
        QueueException directory = await Assert.ThrowsAsync<QueueException>(() => WorkerDirectory.ReadAsync(address, null, TimeProvider.System, Token));
        QueueException worker = await Assert.ThrowsAsync<QueueException>(
            () => new Worker(new Core.Jobs.EngineEnvironment { Stores = new Stores.StoreFactory() }, address, new WorkerOptions(), SilentListener.Instance).RunAsync(Token));
        Assert.Equal(directory.Problem, worker.Problem);
        return worker;
    }

    private static async Task ForwardOneAsync(TcpListener from, int port)
    {
        while (true)
        {
            TcpClient client = await from.AcceptTcpClientAsync(Token);
            TcpClient server = new();
            await server.ConnectAsync(IPAddress.Loopback, port, Token);
            _ = client.GetStream().CopyToAsync(server.GetStream(), Token);
            _ = server.GetStream().CopyToAsync(client.GetStream(), Token);
        }
    }
}
