using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Comparing;
using OssMigration.Core.Listing;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Comparing;

/// <summary>A journal keeps the value and a later version of this program compares it, so its form is told here a second time.</summary>
public sealed class SourceFingerprintTests
{
    private const string Md5 = "0123456789abcdef0123456789abcdef";

    private static readonly ObjectEntry[] Entries =
    [
        Entry("a", Md5, 1),
        Entry("a/b", "0123456789abcdef0123456789abcdef-2", long.MaxValue),
        Entry("\U0001F600 \u20ac\u00fc", "7 8 9", 0),
        Entry(new string('\u20ac', 600), Md5, 3),
        Entry(new string('k', 1023), new string('v', 700), 4),
    ];

    [Fact]
    public void Its_form_is_the_sum_of_the_hashes_and_their_number()
    {
        for (int count = 0; count <= Entries.Length; count++)
        {
            Assert.Equal(Plain(Entries[..count]), Of(Entries[..count]).Finish());
            Assert.Equal(Plain(Entries[^count..]), Of(Entries[^count..]).Finish());
        }
    }

    [Fact]
    public void Key_version_size_and_number_each_have_a_say_and_the_order_has_none()
    {
        string[] values =
        [
            Of(Entries).Finish(),
            Of(Entries[1..]).Finish(),
            Of([.. Entries, Entries[0]]).Finish(),
            Of([Entries[0] with { Key = "b" }, .. Entries[1..]]).Finish(),
            Of([Entries[0] with { Version = new SourceVersion("w") }, .. Entries[1..]]).Finish(),
            Of([Entries[0] with { Size = 2 }, .. Entries[1..]]).Finish(),
            Of([Entry("ab", "c", 1)]).Finish(),
            Of([Entry("a", "bc", 1)]).Finish(),
        ];

        Assert.Equal(values.Length, values.Distinct().Count());
        Assert.Equal(values[0], Of([.. Enumerable.Reverse(Entries)]).Finish());
    }

    [Fact]
    public void Parts_of_a_listing_make_the_value_of_the_whole()
    {
        SourceFingerprint whole = Of(Entries[..2]);
        whole.Add(Of(Entries[2..]));
        whole.Add(new SourceFingerprint());

        Assert.Equal(Of(Entries).Finish(), whole.Finish());
    }

    [Fact]
    public async Task What_the_filter_left_out_is_passed_on_and_not_taken_in()
    {
        SourceFingerprint fingerprint = new();
        int passed = 0;
        await foreach (ListedEntry _ in fingerprint.Over(ListAsync(), TestContext.Current.CancellationToken))
            passed++;

        Assert.Equal(Entries.Length, passed);
        Assert.Equal(Of(Entries[1..]).Finish(), fingerprint.Finish());

        static async IAsyncEnumerable<ListedEntry> ListAsync()
        {
            await Task.CompletedTask;
            foreach (ObjectEntry entry in Entries)
                yield return new ListedEntry(entry, IsFilteredOut: entry == Entries[0], 1, entry.Size);
        }
    }

    private static SourceFingerprint Of(IEnumerable<ObjectEntry> entries)
    {
        SourceFingerprint fingerprint = new();
        foreach (ObjectEntry entry in entries)
            fingerprint.Add(entry);
        return fingerprint;
    }

    private static string Plain(ObjectEntry[] entries)
    {
        ulong[] lanes = new ulong[4];
        foreach (ObjectEntry entry in entries)
        {
            byte[] hash = SHA256.HashData([.. Counted(entry.Key), .. Counted(entry.Version.Value), .. Number(entry.Size)]);
            for (int lane = 0; lane < lanes.Length; lane++)
                lanes[lane] += BinaryPrimitives.ReadUInt64LittleEndian(hash.AsSpan(8 * lane));
        }

        byte[] all = [.. lanes.SelectMany(lane => Number(unchecked((long)lane))), .. Number(entries.Length)];
        return Convert.ToHexString(SHA256.HashData(all)).ToLowerInvariant();

        static byte[] Counted(string text)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            byte[] length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
            return [.. length, .. utf8];
        }

        static byte[] Number(long number)
        {
            byte[] bytes = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
            return bytes;
        }
    }

    private static ObjectEntry Entry(string key, string version, long size) => new(key, size, new SourceVersion(version), version, default);
}
