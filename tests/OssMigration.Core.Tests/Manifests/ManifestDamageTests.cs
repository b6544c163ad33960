using OssMigration.Core.Manifests;
using Xunit;

namespace OssMigration.Core.Tests.Manifests;

public sealed class ManifestDamageTests : IDisposable
{
    private const int EntriesOfBlock = 3;
    private readonly TemporaryFolder _folder = new();
    private readonly List<(long Length, int Entries)> _commits = [];
    private readonly byte[] _sealed;

    public ManifestDamageTests()
    {
        string path = _folder.NewFile();
        using (ManifestSegmentWriter writer = ManifestSegmentWriter.Create(path))
        {
            _commits.Add((writer.CommittedLength, 0));
            for (int number = 0; number < 3 * EntriesOfBlock; number++)
            {
                writer.Append(ManifestGenerators.Plain(number));
                if (number % EntriesOfBlock == EntriesOfBlock - 1)
                    _commits.Add((writer.AppendBlockAndFlush(), number + 1));
            }
            writer.Seal();
        }
        _sealed = File.ReadAllBytes(path);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Any_flipped_bit_of_a_sealed_segment_is_found_and_what_came_before_is_right()
    {
        string path = _folder.NewFile();
        for (int bit = 0; bit < _sealed.Length * 8; bit++)
        {
            byte[] damaged = (byte[])_sealed.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            await File.WriteAllBytesAsync(path, damaged, Token);

            List<SettledEntry> read = [];
            ManifestException error = await Assert.ThrowsAsync<ManifestException>(() => ReadIntoAsync(read, path, null));
            Assert.Equal(path, error.File);
            Assert.Equal(Enumerable.Range(0, read.Count).Select(ManifestGenerators.Plain), read);
            Assert.Equal(0, read.Count % EntriesOfBlock);
        }
    }

    [Fact]
    public async Task A_sealed_segment_cut_off_anywhere_is_found()
    {
        string path = _folder.NewFile();
        for (int length = 0; length < _sealed.Length; length++)
        {
            await File.WriteAllBytesAsync(path, _sealed[..length], Token);
            await Assert.ThrowsAsync<ManifestException>(() => ReadIntoAsync([], path, null));
        }
        await File.WriteAllBytesAsync(path, [.. _sealed, 0], Token);
        await Assert.ThrowsAsync<ManifestException>(() => ReadIntoAsync([], path, null));
    }

    [Fact]
    public async Task A_file_cut_off_behind_the_committed_length_gives_exactly_the_committed_entries_and_before_it_an_error()
    {
        string path = _folder.NewFile();
        for (int length = 0; length <= _sealed.Length; length++)
        {
            await File.WriteAllBytesAsync(path, _sealed[..length], Token);
            foreach ((long committed, int entries) in _commits)
            {
                List<SettledEntry> read = [];
                if (length < committed)
                {
                    await Assert.ThrowsAsync<ManifestException>(() => ReadIntoAsync(read, path, committed));
                    Assert.Throws<ManifestException>(() => ManifestSegmentWriter.Reopen(path, committed));
                    continue;
                }
                await ReadIntoAsync(read, path, committed);
                Assert.Equal(entries, read.Count);
            }
        }
    }

    [Fact]
    public async Task A_block_that_is_missing_or_in_another_place_is_found()
    {
        string path = _folder.NewFile();
        byte[] Block(int number) => _sealed[(int)_commits[number].Length..(int)_commits[number + 1].Length];
        byte[] start = _sealed[..(int)_commits[0].Length];
        byte[] footer = _sealed[(int)_commits[^1].Length..];

        await File.WriteAllBytesAsync(path, [.. start, .. Block(0), .. Block(2), .. footer], Token);
        await Assert.ThrowsAsync<ManifestException>(() => ReadIntoAsync([], path, null));
        await File.WriteAllBytesAsync(path, [.. start, .. Block(1), .. Block(0), .. Block(2), .. footer], Token);
        ManifestException error = await Assert.ThrowsAsync<ManifestException>(() => ReadIntoAsync([], path, null));
        Assert.Equal(1, error.Block);
        await File.WriteAllBytesAsync(path, [.. start, .. Block(0), .. Block(1), .. Block(2), .. footer], Token);
        await ReadIntoAsync([], path, null);
    }

    private static async Task ReadIntoAsync(List<SettledEntry> entries, string path, long? committed)
    {
        await foreach (SettledEntry entry in new ManifestSegmentReader(path, committed).ReadAsync(null, null, Token))
            entries.Add(entry);
    }
}
