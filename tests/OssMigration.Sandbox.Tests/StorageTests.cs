using System.Text;
using CsCheck;
using OssMigration.Sandbox.Checksums;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Tests;

/// <summary>The kernel's parts against simple models.</summary>
public sealed class StorageTests
{
    private static readonly Gen<string> Keys = OneOf("a", "b", "/", "a/", "é", "\uE000", "\uFFFD", "😀", "\uD7FF").Array[0, 6].Select(string.Concat);

    [Fact]
    public void Keys_compare_as_their_UTF8_bytes() => Gen.Select(Keys, Keys).Sample((x, y) =>
        Math.Sign(KeyOrder.Compare(x, y)) == Math.Sign(Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y))));

    [Fact]
    public void The_ordered_map_does_what_a_sorted_dictionary_does() =>
        Gen.Select(Gen.Int[0, 2000].Array[0, 3000], Gen.Int[0, 2000]).Sample(
            (steps, from) =>
            {
                var map = new OrderedKeyMap<string>();
                var model = new SortedDictionary<string, string>(KeyOrder.Instance);
                for (int i = 0; i < steps.Length; i++)
                {
                    string key = $"k{steps[i]:d4}";
                    if (i % 3 == 2)
                    {
                        Assert.Equal(model.Remove(key), map.Remove(key));
                        continue;
                    }
                    map.Set(key, $"{i}");
                    model[key] = $"{i}";
                }
                Assert.Equal(model.Count, map.Count);
                string bound = $"k{from:d4}";
                Assert.Equal(model.Where(pair => string.CompareOrdinal(pair.Key, bound) > 0).Select(pair => pair.Key + pair.Value), Walk(map, KeyBound.After(bound)));
                Assert.Equal(model.Select(pair => pair.Key + pair.Value), Walk(map, KeyBound.Start));
                Assert.Equal(model.TryGetValue(bound, out string? expected), map.TryGet(bound, out string? found));
                Assert.Equal(expected, found);
            },
            iter: 30);

    [Fact]
    public void A_bound_past_a_prefix_skips_all_its_keys() => Gen.Select(Keys, Keys).Sample((prefix, key) =>
        KeyBound.PastPrefix(prefix).IsBefore(key) == (key.StartsWith(prefix, StringComparison.Ordinal) || KeyOrder.Compare(key, prefix) < 0));

    [Fact]
    public void A_subtree_lies_before_a_bound_when_all_its_keys_do() => Gen.Select(Keys, Keys, Gen.Enum<KeyBoundKind>()).Sample((directory, key, kind) =>
    {
        directory += "/";
        var bound = new KeyBound(key, kind);
        if (bound.IsSubtreeBefore(directory))
            return bound.IsBefore(directory + "a") && bound.IsBefore(directory + "😀😀😀😀😀😀😀");
        return !bound.IsBefore(directory + "😀😀😀😀😀😀😀") || key.StartsWith(directory, StringComparison.Ordinal);
    });

    [Fact]
    public void Each_CRC_has_its_check_value()
    {
        Assert.Equal(0xAE8B14860A799888UL, ReflectedCrc.Crc64Nvme.Compute("123456789"u8));
        Assert.Equal(0xCBF43926UL, ReflectedCrc.Crc32.Compute("123456789"u8));
        Assert.Equal(0xE3069283UL, ReflectedCrc.Crc32C.Compute("123456789"u8));
        Assert.Equal(0UL, ReflectedCrc.Crc64Nvme.Compute([]));
    }

    [Fact]
    public void CRCs_append_and_combine() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Byte.Array[0, 300], OneOf(ReflectedCrc.Crc64Nvme, ReflectedCrc.Crc32, ReflectedCrc.Crc32C)).Sample((a, b, crc) =>
        {
            ulong whole = crc.Compute([.. a, .. b]);
            return crc.Append(crc.Compute(a), b) == whole && crc.Combine(crc.Compute(a), crc.Compute(b), b.Length) == whole;
        });

    [Fact]
    public async Task A_memory_sink_gives_back_what_it_took_whatever_was_announced()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        byte[] bytes = [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * 31))];
        foreach (long? announced in (long?[])[null, 3_000_000, 10, 0, 5_000_000])
        {
            var sink = new MemorySink(announced);
            for (int at = 0; at < bytes.Length; at += 77_777)
                await sink.WriteAsync(bytes.AsMemory(at, Math.Min(77_777, bytes.Length - at)), cancellation);
            IObjectContent content = sink.Complete();

            byte[] read = new byte[bytes.Length];
            for (int at = 0; at < read.Length;)
                at += await content.OpenReader().ReadAsync(at, read.AsMemory(at), cancellation);
            Assert.Equal(bytes, read);
        }
    }

    [Fact]
    public void The_request_target_is_read_without_any_cleaning()
    {
        RequestTarget target = RequestTarget.Parse("/b/a//../%2F+%20?x=1+2&y&z=%3D");

        Assert.Equal("/b/a//../%2F+%20", target.RawPath);
        Assert.Equal("/b/a//../" + "/+ ", RequestTarget.DecodePath(target.RawPath));
        Assert.Equal(("1 2", "", "="), (target.Value("x"), target.Value("y"), target.Value("z")));
        Assert.Equal("/p", RequestTarget.Parse("http://host:1/p").RawPath);
        Assert.Throws<FormatException>(() => RequestTarget.DecodePath("%FF"));
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static IEnumerable<string> Walk(OrderedKeyMap<string> map, KeyBound from)
    {
        OrderedKeyMap<string>.Cursor cursor = map.OpenCursor();
        cursor.Seek(from);
        while (cursor.MoveNext())
            yield return cursor.Key + cursor.Value;
    }
}
