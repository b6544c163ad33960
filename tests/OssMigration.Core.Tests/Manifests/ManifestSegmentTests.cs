#if NET10_0_OR_GREATER
using CsCheck;
#endif
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Manifests;

public sealed class ManifestSegmentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

#if NET10_0_OR_GREATER
    [Fact]
    public async Task Every_entry_comes_back_as_it_was() =>
        await ManifestGenerators.Sorted(60).SampleAsync(async entries =>
        {
            string path = Write(entries, sealIt: true, out _);

            Assert.Equal(entries, await ReadAsync(path, null));
            SegmentSummary summary = new ManifestSegmentReader(path, null).ReadSummary();
            Assert.Equal(new SegmentSummary(entries.Length, summary.TotalSize, entries.FirstOrDefault()?.Key, entries.LastOrDefault()?.Key), summary);
        }, iter: 300);

    [Fact]
    public async Task Many_blocks_come_back_and_any_range_of_them_is_what_filtering_would_give()
    {
        SettledEntry[] entries = [.. Enumerable.Range(0, 13_000).Select(ManifestGenerators.Plain)];
        string path = Write(entries, sealIt: true, out _);

        Assert.Equal(entries, await ReadAsync(path, null));
        await Gen.Select(Gen.Int[-1, 13_000], Gen.Int[-1, 13_000]).SampleAsync(async (after, to) =>
        {
            string? startAfter = after < 0 ? null : ManifestGenerators.Plain(after).Key;
            string? endInclusive = to < 0 ? null : ManifestGenerators.Plain(to).Key;
            int last = to < 0 ? entries.Length - 1 : Math.Min(to, entries.Length - 1);
            SettledEntry[] expected = after >= last ? [] : entries[(after + 1)..(last + 1)];

            Assert.Equal(expected, await ReadAsync(path, null, startAfter, endInclusive));
        }, iter: 40);
    }

    [Fact]
    public async Task A_range_between_any_two_keys_is_what_filtering_by_key_order_would_give() =>
        await Gen.Select(ManifestGenerators.Sorted(40), ManifestGenerators.Key, ManifestGenerators.Key).SampleAsync(async (entries, after, to) =>
        {
            string path = Write(entries, sealIt: true, out _, blockEvery: 7);
            IEnumerable<SettledEntry> expected = entries.Where(entry =>
                KeyOrder.CompareKeys(entry.Key, after) > 0 && KeyOrder.CompareKeys(entry.Key, to) <= 0);

            Assert.Equal(expected, await ReadAsync(path, null, after, to));
        }, iter: 200);
#endif

    [Theory]
    [InlineData("b", "b")]
    [InlineData("b", "a")]
    [InlineData("\U00010000", "\uE000")]
    public void Disorder_and_repetition_are_refused(string first, string second)
    {
        using ManifestSegmentWriter writer = ManifestSegmentWriter.Create(_folder.NewFile());
        writer.Append(ManifestGenerators.Plain(1) with { Key = first });

        Assert.Throws<ArgumentException>(() => writer.Append(ManifestGenerators.Plain(1) with { Key = second }));
        Assert.Equal(1, writer.Entries);
    }

    [Fact]
    public async Task A_text_that_is_no_Unicode_is_refused_and_leaves_the_block_usable()
    {
        string path = _folder.NewFile();
        using ManifestSegmentWriter writer = ManifestSegmentWriter.Create(path);

        Assert.ThrowsAny<ArgumentException>(() => writer.Append(ManifestGenerators.Plain(1) with { Key = "a\uD800" }));
        Assert.ThrowsAny<ArgumentException>(() => writer.Append(ManifestGenerators.Plain(1) with { DestinationETag = "\uDC00" }));
        writer.Append(ManifestGenerators.Plain(2));
        writer.Seal();

        Assert.Equal([ManifestGenerators.Plain(2)], await ReadAsync(path, null));
    }

    [Fact]
    public async Task After_a_crash_the_committed_part_is_kept_and_can_be_continued()
    {
        string path = _folder.NewFile();
        long committed;
        using (ManifestSegmentWriter writer = ManifestSegmentWriter.Create(path))
        {
            Append(writer, 0, 5000);
            committed = writer.AppendBlockAndFlush();
            Append(writer, 5000, 9500);
        }
        await File.AppendAllTextAsync(path, "a torn write", Token);

        using (ManifestSegmentWriter writer = ManifestSegmentWriter.Reopen(path, committed))
        {
            Assert.Equal((5000L, ManifestGenerators.Plain(4999).Key), (writer.Entries, writer.LastKey));
            Assert.Throws<ArgumentException>(() => writer.Append(ManifestGenerators.Plain(4999)));
            Append(writer, 5000, 6000);
            writer.Seal();
        }

        Assert.Equal(Enumerable.Range(0, 6000).Select(ManifestGenerators.Plain), await ReadAsync(path, null));
        Assert.Equal(Enumerable.Range(0, 5000).Select(ManifestGenerators.Plain), await ReadAsync(path, committed));
    }

    [Fact]
    public async Task A_segment_that_was_sealed_without_anybody_noting_it_can_be_continued()
    {
        string path = Write([.. Enumerable.Range(0, 10).Select(ManifestGenerators.Plain)], sealIt: true, out long committed);
        using (ManifestSegmentWriter writer = ManifestSegmentWriter.Reopen(path, committed))
        {
            Append(writer, 10, 12);
            writer.Seal();
        }

        Assert.Equal(Enumerable.Range(0, 12).Select(ManifestGenerators.Plain), await ReadAsync(path, null));
    }

    [Fact]
    public void Flushing_without_entries_changes_nothing()
    {
        using ManifestSegmentWriter writer = ManifestSegmentWriter.Create(_folder.NewFile());
        Append(writer, 0, 3);
        long committed = writer.AppendBlockAndFlush();

        Assert.Equal(committed, writer.AppendBlockAndFlush());
        Assert.Equal(committed, new FileInfo(writer.Path).Length);
    }

    [Fact]
    public void A_committed_length_that_is_no_end_of_a_block_is_refused()
    {
        string path = Write([.. Enumerable.Range(0, 10).Select(ManifestGenerators.Plain)], sealIt: false, out long committed);

        Assert.Throws<ManifestException>(() => ManifestSegmentWriter.Reopen(path, committed - 1));
        Assert.Throws<ManifestException>(() => ManifestSegmentWriter.Reopen(path, committed + 1));
        Assert.Throws<ManifestException>(() => ManifestSegmentWriter.Reopen(path, 5));
        using ManifestSegmentWriter writer = ManifestSegmentWriter.Reopen(path, committed);
        Assert.Equal(10, writer.Entries);
    }

    [Fact]
    public void An_existing_file_is_not_overwritten_and_the_error_names_it()
    {
        string path = Write([], sealIt: true, out _);
        StoreException error = Assert.Throws<StoreException>(() => ManifestSegmentWriter.Create(path));
        Assert.Equal(StoreErrorKind.LocalDisk, error.Kind);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_a_manifest_error() =>
        await Assert.ThrowsAsync<ManifestException>(() => ReadAsync(_folder.NewFile(), null));

    private static void Append(ManifestSegmentWriter writer, int from, int to)
    {
        for (int number = from; number < to; number++)
            writer.Append(ManifestGenerators.Plain(number));
    }

    private string Write(SettledEntry[] entries, bool sealIt, out long committed, int blockEvery = int.MaxValue)
    {
        string path = _folder.NewFile();
        using ManifestSegmentWriter writer = ManifestSegmentWriter.Create(path);
        for (int i = 0; i < entries.Length; i++)
        {
            writer.Append(entries[i]);
            if (i % blockEvery == blockEvery - 1)
                writer.AppendBlockAndFlush();
        }
        committed = writer.AppendBlockAndFlush();
        if (sealIt)
            writer.Seal();
        return path;
    }

    private static async Task<List<SettledEntry>> ReadAsync(string path, long? committed, string? startAfter = null, string? endInclusive = null)
    {
        List<SettledEntry> entries = [];
        await foreach (SettledEntry entry in new ManifestSegmentReader(path, committed).ReadAsync(startAfter, endInclusive, Token))
            entries.Add(entry);
        return entries;
    }
}
