using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Business;

/// <summary>The bytes that a key must hold: those of a formula where the business wrote them, else those of a hash.</summary>
/// <param name="Size">How many.</param>
/// <param name="Seed">What the business computed them from; null where it did not write them.</param>
/// <param name="Md5">Their MD5 in upper-case hex where the business did not write them; null while it is not known.</param>
internal sealed record ObjectContents(long Size, ulong? Seed, string? Md5)
{
    /// <summary>What the business writes under a key at the given time of writing it.</summary>
    public static ObjectContents Written(BusinessPlan plan, string key, int version)
    {
        ulong ofKey = BinaryPrimitives.ReadUInt64LittleEndian(MD5.HashData(Encoding.UTF8.GetBytes(key)));
        ulong seed = SyntheticContent.Mix(SyntheticContent.Mix(ofKey ^ (ulong)plan.Seed) + (ulong)version);
        ulong sizes = (ulong)(plan.MaximumBytes - plan.MinimumBytes) + 1;
        return new ObjectContents(plan.MinimumBytes + (long)(SyntheticContent.Mix(seed) % sizes), seed, null);
    }

    /// <summary>What a listing says about an object that somebody else wrote.</summary>
    public static ObjectContents Listed(ListedObject listed) =>
        new(listed.Size, null, IsMd5(listed.ETag) ? listed.ETag.ToUpperInvariant() : null);

    /// <summary>Whether an ETag has the form of an MD5, which in the sandbox it then is.</summary>
    public static bool IsMd5(string etag) => etag.Length == 32 && etag.All(char.IsAsciiHexDigit);

    /// <summary>Computes the bytes, which the business wrote.</summary>
    public void Fill(Span<byte> bytes) => new SyntheticContent(Size, Seed!.Value).Read(0, bytes[..(int)Size]);

    /// <summary>Why these are not the bytes; null when they are, or when only their number is known and fits.</summary>
    public string? Compare(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            return bytes.Length < Size ? $"{bytes.Length} of {Size} bytes" : $"more than {Size} bytes";
        if (Seed is { } seed)
            return IsFormula(bytes, seed) ? null : "other bytes than the business wrote";
        return Md5 is null || string.Equals(Convert.ToHexString(MD5.HashData(bytes)), Md5, StringComparison.Ordinal) ? null : "other bytes than were there at the beginning";
    }

    private bool IsFormula(ReadOnlySpan<byte> bytes, ulong seed)
    {
        var formula = new SyntheticContent(Size, seed);
        Span<byte> expected = stackalloc byte[4096];
        for (int offset = 0; offset < bytes.Length;)
        {
            int count = formula.Read(offset, expected);
            if (!bytes.Slice(offset, count).SequenceEqual(expected[..count]))
                return false;
            offset += count;
        }
        return true;
    }
}
