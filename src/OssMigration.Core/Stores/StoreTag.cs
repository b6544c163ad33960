using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace OssMigration.Core.Stores;

/// <summary>
/// A token that a store gives for a content, an ETag mostly. One of 32 hexadecimal digits in one letter case, as nearly all are, is kept as
/// its 16 bytes, so that millions of them are neither made into texts nor held as such; any other is kept as its text. The default is none.
/// </summary>
public readonly struct StoreTag : IEquatable<StoreTag>
{
    private const int Digits = 32;

    // Which letter case the digits had; else the text itself.
    private static readonly object Lower = new();
    private static readonly object Upper = new();

    private readonly ulong _high;
    private readonly ulong _low;
    private readonly object? _form;

    private StoreTag(ulong high, ulong low, object? form) => (_high, _low, _form) = (high, low, form);

    /// <summary>Whether there is none.</summary>
    public bool IsNone => _form is null;

    /// <summary>Whether it is kept as 16 bytes.</summary>
    public bool IsDigest => _form == Lower || _form == Upper;

    /// <summary>Whether its digits are in upper case, where it is kept as 16 bytes.</summary>
    public bool IsUpper => _form == Upper;

    /// <summary>As the store wrote it; null for none.</summary>
    public string? Text => IsDigest
        ? string.Create(Digits, this, static (text, tag) =>
        {
            Span<byte> digits = stackalloc byte[Digits];
            tag.WriteDigits(digits);
            Encoding.ASCII.GetChars(digits, text);
        })
        : (string?)_form;

    /// <summary>The tag of a text; null for none.</summary>
    public static StoreTag Of(string? text)
    {
        if (text is { Length: Digits })
        {
            Span<byte> ascii = stackalloc byte[Digits];
            if (Ascii.FromUtf16(text, ascii, out _) == OperationStatus.Done && HexDigits.TryRead(ascii, out ulong high, out ulong low, out bool isUpper))
                return new StoreTag(high, low, isUpper ? Upper : Lower);
        }

        return new StoreTag(0, 0, text);
    }

    /// <summary>The tag of a text in UTF-8.</summary>
    public static StoreTag Of(ReadOnlySpan<byte> text) => text.Length == Digits && HexDigits.TryRead(text, out ulong high, out ulong low, out bool isUpper)
        ? new StoreTag(high, low, isUpper ? Upper : Lower)
        : new StoreTag(0, 0, Encoding.UTF8.GetString(text));

    /// <summary>The tag of 16 bytes, the first one first.</summary>
    public static StoreTag OfDigest(ReadOnlySpan<byte> digest, bool isUpper) => new(
        BinaryPrimitives.ReadUInt64BigEndian(digest),
        BinaryPrimitives.ReadUInt64BigEndian(digest[8..]),
        // Without letters there is no letter case, and one form only may stand for a text.
        isUpper && HexDigits.HasLetters(digest) ? Upper : Lower);

    /// <summary>Writes the 16 bytes, where they are kept.</summary>
    public void WriteDigest(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64BigEndian(target, _high);
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], _low);
    }

    /// <summary>Most bytes of the text in UTF-8.</summary>
    public int MaxUtf8Bytes => IsDigest ? Digits : Encoding.UTF8.GetMaxByteCount(((string?)_form ?? "").Length);

    /// <summary>Writes the text in UTF-8 and returns its length.</summary>
    public int WriteUtf8(Span<byte> target)
    {
        if (!IsDigest)
            return Encoding.UTF8.GetBytes((string?)_form ?? "", target);
        WriteDigits(target);
        return Digits;
    }

    /// <summary>Whether both are there and the same but for letter case.</summary>
    public bool EqualsIgnoringCase(StoreTag other) => IsDigest && other.IsDigest
        ? _high == other._high && _low == other._low
        : !IsNone && string.Equals(Text, other.Text, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether both are the same text, or both none.</summary>
    public bool Equals(StoreTag other) => _high == other._high && _low == other._low
        && (ReferenceEquals(_form, other._form) || (_form is string left && other._form is string right && left == right));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StoreTag other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low, _form as string);

    /// <inheritdoc/>
    public override string ToString() => Text ?? "";

    /// <summary>Whether both are the same text, or both none.</summary>
    public static bool operator ==(StoreTag left, StoreTag right) => left.Equals(right);

    /// <summary>Whether they are not the same text.</summary>
    public static bool operator !=(StoreTag left, StoreTag right) => !left.Equals(right);

    private void WriteDigits(Span<byte> target)
    {
        Span<byte> digest = stackalloc byte[Digits / 2];
        WriteDigest(digest);
        HexDigits.Write(digest, IsUpper, target);
    }
}
