#if NET10_0_OR_GREATER
using CsCheck;
#endif
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Manifests;

public sealed class MergedManifestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

#if NET10_0_OR_GREATER
    [Fact]
    public async Task The_newest_segment_wins_for_every_key_in_any_range() =>
        await Gen.Select(ManifestGenerators.Sorted(15).Array[0, 6], ManifestGenerators.Key, ManifestGenerators.Key, Gen.Bool, Gen.Bool)
            .SampleAsync(async (segments, after, to, isStartOpen, isEndOpen) =>
            {
                string? startAfter = isStartOpen ? null : after;
                string? endInclusive = isEndOpen ? null : to;
                Dictionary<string, SettledEntry> newest = [];
                foreach (SettledEntry entry in segments.SelectMany(segment => segment))
                    newest[entry.Key] = entry;
                IEnumerable<SettledEntry> expected = ManifestGenerators.Sort(newest.Values).Where(entry =>
                    (startAfter is null || KeyOrder.CompareKeys(entry.Key, startAfter) > 0)
                    && (endInclusive is null || KeyOrder.CompareKeys(entry.Key, endInclusive) <= 0));

                MergedManifest manifest = new([.. segments.Select(Write)]);
                List<SettledEntry> read = [];
                await foreach (SettledEntry entry in manifest.ReadAsync(startAfter, endInclusive, Token))
                    read.Add(entry);

                Assert.Equal(expected, read);
            }, iter: 300);
#endif

    [Fact]
    public async Task Segments_that_follow_one_another_are_opened_one_after_the_other()
    {
        ManifestSegmentReader first = Write([ManifestGenerators.Plain(1), ManifestGenerators.Plain(2)]);
        ManifestSegmentReader second = Write([ManifestGenerators.Plain(3)]);
        await using IAsyncEnumerator<SettledEntry> entries = new MergedManifest([second, first]).ReadAsync(null, null, Token).GetAsyncEnumerator(Token);
        Assert.True(await entries.MoveNextAsync());

        // Only a segment that nobody has opened yet can be missed when it goes away.
        File.Delete(second.Path);
        Assert.True(await entries.MoveNextAsync());
        Assert.Equal(ManifestGenerators.Plain(2), entries.Current);
        await Assert.ThrowsAsync<ManifestException>(async () => await entries.MoveNextAsync());
    }

    private ManifestSegmentReader Write(SettledEntry[] entries)
    {
        string path = _folder.NewFile();
        using ManifestSegmentWriter writer = ManifestSegmentWriter.Create(path);
        foreach (SettledEntry entry in entries)
            writer.Append(entry);
        writer.Seal();
        return new ManifestSegmentReader(path, null);
    }
}
