using System.Text;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Cluster.Tests;

/// <summary>What machines tell each other through the broker has no key of a store in it.</summary>
[Collection(nameof(OneBroker))]
public sealed class MessageSecretTests
{
    [Fact]
    public async Task Nothing_that_is_sent_to_the_broker_holds_a_key_of_a_store()
    {
        const int Objects = 1_000;
        await using SharedJob shared = await SharedJob.StartAsync(new SandboxBucket { Synthetic = $"flat,count={Objects},size=100" });
        using MemoryStream sent = new();
        await using TcpProxy line = new(shared.Broker.Address.Port)
        {
            OnSent = bytes =>
            {
                lock (sent)
                    sent.Write(bytes.Span);
            },
        };
        QueueAddress tapped = shared.Broker.Address with { Port = line.Port };
        _ = shared.Work(address: tapped);

        MigrationReport report = await shared.CoordinateAsync(address: tapped);

        Assert.True(report.Status == RunStatus.Complete, $"{report.Reason}\n{shared.Told}");
        byte[] messages;
        lock (sent)
            messages = sent.ToArray();
        Assert.True(Has(messages, shared.Job.Name), "Nothing of the job was seen on the line.");
        foreach (StoreCredential keys in (StoreCredential[])[shared.Sandbox.S3Keys, shared.Sandbox.OssKeys])
        {
            foreach (string form in (string[])[keys.AccessKeySecret, Convert.ToHexString(Encoding.UTF8.GetBytes(keys.AccessKeySecret)), Uri.EscapeDataString(keys.AccessKeySecret), keys.AccessKeySecret[..10], keys.AccessKeySecret[^10..]])
                Assert.False(Has(messages, form), "A secret was sent to the broker.");
            for (int shift = 0; shift < 3; shift++)
                Assert.False(Has(messages, Convert.ToBase64String([.. new byte[shift], .. Encoding.UTF8.GetBytes(keys.AccessKeySecret)])[4..^4]), "A secret was sent to the broker, in Base64.");
        }
    }

    private static bool Has(byte[] bytes, string text)
        => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0 || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(text)) >= 0;
}
