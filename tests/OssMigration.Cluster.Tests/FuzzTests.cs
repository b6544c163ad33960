using System.IO.Compression;
using System.Text;
using OssMigration.Core.Slices;
using OssMigration.TestKit.Fuzzing;
using Xunit;

namespace OssMigration.Cluster.Tests;

/// <summary>What a broker hands over and what users name it by, nearly right: only errors that callers know come out.</summary>
public sealed class FuzzTests
{
    private const int Cases = 12_000;

    private static readonly SliceOrder Order = new() { Run = 1, Range = 2, Generation = 3, From = "a", End = "b" };

    [Fact]
    public void Messages() => Fuzzer.TryText(
        "messages of the queue",
        Cases,
        ["{\"Run\":1,\"Range\":2,\"Generation\":3,\"From\":\"a\",\"End\":null,\"Pending\":[],\"Uploads\":[]}", "{\"JobName\":\"j\",\"JobId\":\"i\",\"Version\":\"1\",\"Host\":\"h\"}", "{\"From\":null,\"End\":\"k\"}"],
        text =>
        {
            byte[] body = Pack(Encoding.UTF8.GetBytes(text));
            return Took(() => Wire.Read<SliceOrder>(body)) | Took(() => Wire.Read<Notice>(body)) | Took(() => Wire.Read<SettledWanted>(body))
                | Took(() => Wire.Read<State>(body)) | Took(() => Wire.Read<Presence>(body)) | Took(() => Wire.Read<SliceResult>(body)) | Took(() => Wire.Read<Table>(body));
        });

    [Fact]
    public void Packed_messages() => Fuzzer.Try("packed messages of the queue", Cases, [Wire.ToBytes(Order)], body => Wire.Read<SliceOrder>(body) is not null, typeof(InvalidDataException));

    [Fact]
    public void Addresses_of_brokers() => Fuzzer.TryText("addresses of brokers", Cases, ["amqps://broker.example:5671/vhost", "amqp://localhost/%2F", "amqps://[::1]"], text => QueueAddress.Parse(text, allowInsecure: true).ToString().Length > 0, typeof(ArgumentException));

    [Fact]
    public void A_message_that_is_packed_small_and_is_large_is_refused()
    {
        byte[] body = Pack([.. "{\"JobName\":\""u8, .. Enumerable.Repeat((byte)'a', 200 << 20), .. "\"}"u8]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<InvalidDataException>(() => Wire.Read<Notice>(body));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 280 << 20);
    }

    private static bool Took<T>(Func<T> read)
    {
        try
        {
            return read() is not null;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static byte[] Pack(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream zip = new(packed, CompressionLevel.Fastest))
            zip.Write(content);
        return packed.ToArray();
    }
}
