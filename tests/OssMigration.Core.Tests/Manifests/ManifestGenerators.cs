using System.Text;
#if NET10_0_OR_GREATER
using CsCheck;
#endif
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Tests.Manifests;

/// <summary>Random entries of every shape that a segment can hold.</summary>
internal static class ManifestGenerators
{
    private static readonly string[] Pieces = ["a", "b", "/", "photos/", "2019", "é", "€", "\uE000", "\uFFFD", "\U0001F600", "\U00010000", " ", "..", "%2F", "\0"];

#if NET10_0_OR_GREATER
    public static Gen<string> Key { get; } =
        Gen.Int[0, Pieces.Length - 1].Array[0, 12].Select(indexes => string.Concat(indexes.Select(index => Pieces[index])));

    public static Gen<string> ETag { get; } = Gen.OneOf(
        Gen.Byte.Array[16].Select(Convert.ToHexString),
        Gen.Byte.Array[16].Select(bytes => Convert.ToHexString(bytes).ToLowerInvariant()),
        Gen.Select(Gen.Byte.Array[16], Gen.Int[1, 10_000], Gen.Bool, (bytes, parts, isUpper) =>
            (isUpper ? Convert.ToHexString(bytes) : Convert.ToHexString(bytes).ToLowerInvariant()) + "-" + parts),
        Gen.OneOf<string>(
            "", "null", "0x8D4BCC2E4835CD0", "00000000000000000000000000000000", "00000000000000000000000000000000-0",
            "00000000000000000000000000000000-007", "0123456789abcdef0123456789ABCDEF", "0123456789abcdef0123456789abcdef-",
            "0123456789abcdef0123456789abcdef-9999999999", "12345678901234567890123456789012-12", "size=3;mtime=5;id=€"));

    public static Gen<SettledEntry> Entry { get; } =
        Gen.Select(Key, Gen.OneOf(Gen.Long[0, 10], Gen.Long[0, long.MaxValue / 1000]), ETag, ETag, Gen.Int[0, 3], Gen.ULong, Gen.Int[0, 9])
            .Select((key, size, source, destination, same, crc, rest) => new SettledEntry(
                key, size, new SourceVersion(source),
                same switch { 0 => source, 1 => source.ToUpperInvariant(), 2 => source.ToLowerInvariant(), _ => destination },
                rest % 2 == 0 ? crc : null, (ProofKind)(rest % 5)));

    public static Gen<SettledEntry[]> Sorted(int most) => Entry.Array[0, most].Select(Sort);
#endif

    public static SettledEntry[] Sort(IEnumerable<SettledEntry> entries) =>
        [.. entries.DistinctBy(entry => entry.Key).OrderBy(entry => Encoding.UTF8.GetBytes(entry.Key), ByteOrder.Instance)];

    /// <summary>Entries of a plain tree, for files with several blocks.</summary>
    public static SettledEntry Plain(int number) =>
        new($"folder/{number:D8}.bin", number, new SourceVersion($"{number:x32}"), $"{number:X32}", (ulong)number * 0x9E3779B97F4A7C15, ProofKind.ETagMd5);

    // Written without KeyOrder, so that a mistake there would show here.
    internal sealed class ByteOrder : IComparer<byte[]>
    {
        public static ByteOrder Instance { get; } = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private int _files;

    public string Path { get; } = Directory.CreateTempSubdirectory("ossmigration-").FullName;

    public string NewFile() => System.IO.Path.Combine(Path, $"{Interlocked.Increment(ref _files)}.segment");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
