using System.Globalization;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Manifests;

/// <summary>How a version or ETag is written into a block. Values are part of the file format.</summary>
internal enum ETagForm : byte
{
    /// <summary>As text.</summary>
    Text = 0,

    /// <summary>32 hexadecimal digits in lower case, as 16 bytes.</summary>
    Lower = 1,

    /// <summary>32 hexadecimal digits in upper case.</summary>
    Upper = 2,

    /// <summary>32 hexadecimal digits in lower case, a hyphen and a number of parts.</summary>
    LowerParts = 3,

    /// <summary>The same in upper case.</summary>
    UpperParts = 4,

    /// <summary>The source's, digit for digit, in lower case.</summary>
    SourceInLower = 5,

    /// <summary>The source's, digit for digit, in upper case.</summary>
    SourceInUpper = 6,
}

/// <summary>Turns ETags into bytes and back, letter case included.</summary>
internal static class ETagPacking
{
    public const int DigestBytes = 16;
    private const int DigestDigits = 2 * DigestBytes;
    private const int MaxPartDigits = 9;

    /// <summary>Which form a tag has; fills digest and part count for the packed forms.</summary>
    public static ETagForm Analyse(StoreTag tag, Span<byte> digest, out int parts)
    {
        parts = 0;
        StoreTag digits = tag.IsDigest ? tag : BeforeParts(tag.Text!, out parts);
        if (!digits.IsDigest)
            return ETagForm.Text;
        digits.WriteDigest(digest);
        if (parts == 0)
            return digits.IsUpper ? ETagForm.Upper : ETagForm.Lower;
        return digits.IsUpper ? ETagForm.UpperParts : ETagForm.LowerParts;
    }

    /// <summary>The tag of a packed form.</summary>
    /// <param name="digest">16 bytes.</param>
    /// <param name="isUpper">The letter case.</param>
    /// <param name="parts">The number after the hyphen; 0 for none.</param>
    public static StoreTag ToTag(ReadOnlySpan<byte> digest, bool isUpper, int parts)
    {
        StoreTag digits = StoreTag.OfDigest(digest, isUpper);
        return parts == 0 ? digits : StoreTag.Of(string.Create(CultureInfo.InvariantCulture, $"{digits.Text}-{parts}"));
    }

    // What stands before a hyphen and a number; none where there is no such number.
    private static StoreTag BeforeParts(string text, out int parts)
    {
        parts = 0;
        ReadOnlySpan<char> number = text.Length > DigestDigits && text[DigestDigits] == '-' ? text.AsSpan(DigestDigits + 1) : [];
        if (number.Length is 0 or > MaxPartDigits || number[0] == '0' || number.ContainsAnyExceptInRange('0', '9'))
            return default;
        parts = int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture);
        return StoreTag.Of(text[..DigestDigits]);
    }
}
