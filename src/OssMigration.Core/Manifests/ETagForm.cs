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

    private static readonly uint[] LowerDigits = MakeDigits("0123456789abcdef");
    private static readonly uint[] UpperDigits = MakeDigits("0123456789ABCDEF");

    /// <summary>Which form a tag has; as for its text.</summary>
    public static ETagForm Analyse(StoreTag tag, Span<byte> digest, out int parts)
    {
        if (!tag.IsDigest)
            return Analyse(tag.Text!, digest, out parts);
        parts = 0;
        tag.WriteDigest(digest);
        return tag.IsUpper ? ETagForm.Upper : ETagForm.Lower;
    }

    /// <summary>The tag of a packed form; as for its text.</summary>
    public static StoreTag ToTag(ReadOnlySpan<byte> digest, bool isUpper, int parts)
        => parts == 0 ? StoreTag.OfDigest(digest, isUpper) : StoreTag.Of(ToText(digest, isUpper, parts));

    /// <summary>Which form a text has; fills digest and part count for the packed forms.</summary>
    public static ETagForm Analyse(string text, Span<byte> digest, out int parts)
    {
        parts = 0;
        if (text.Length < DigestDigits || !TryReadDigest(text, digest, out bool isUpper))
            return ETagForm.Text;
        if (text.Length == DigestDigits)
            return isUpper ? ETagForm.Upper : ETagForm.Lower;

        ReadOnlySpan<char> number = text.AsSpan(DigestDigits + 1);
        bool hasParts = text[DigestDigits] == '-' && number.Length is > 0 and <= MaxPartDigits && number[0] != '0'
            && !number.ContainsAnyExceptInRange('0', '9');
        if (!hasParts)
            return ETagForm.Text;
        parts = int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture);
        return isUpper ? ETagForm.UpperParts : ETagForm.LowerParts;
    }

    /// <summary>The text of a packed form.</summary>
    /// <param name="digest">16 bytes.</param>
    /// <param name="isUpper">The letter case.</param>
    /// <param name="parts">The number after the hyphen; 0 for none.</param>
    public static string ToText(ReadOnlySpan<byte> digest, bool isUpper, int parts)
    {
        uint[] digits = isUpper ? UpperDigits : LowerDigits;
        Span<char> text = stackalloc char[DigestDigits + 1 + MaxPartDigits];
        for (int i = 0; i < DigestBytes; i++)
        {
            uint pair = digits[digest[i]];
            text[2 * i] = (char)(pair & 0xFFFF);
            text[2 * i + 1] = (char)(pair >> 16);
        }
        if (parts == 0)
            return new string(text[..DigestDigits]);

        text[DigestDigits] = '-';
        parts.TryFormat(text[(DigestDigits + 1)..], out int written, default, CultureInfo.InvariantCulture);
        return new string(text[..(DigestDigits + 1 + written)]);
    }

    private static bool TryReadDigest(string text, Span<byte> digest, out bool isUpper)
    {
        bool anyUpper = false;
        bool anyLower = false;
        for (int i = 0; i < DigestDigits; i++)
        {
            char digit = text[i];
            int value = digit switch
            {
                >= '0' and <= '9' => digit - '0',
                >= 'a' and <= 'f' => digit - 'a' + 10,
                >= 'A' and <= 'F' => digit - 'A' + 10,
                _ => -1,
            };
            isUpper = anyUpper |= digit is >= 'A' and <= 'F';
            anyLower |= digit is >= 'a' and <= 'f';
            if (value < 0 || (anyUpper && anyLower))
                return false;
            digest[i / 2] = (byte)((i & 1) == 0 ? value << 4 : digest[i / 2] | value);
        }
        isUpper = anyUpper;
        return true;
    }

    private static uint[] MakeDigits(string digits)
    {
        uint[] pairs = new uint[256];
        for (int value = 0; value < 256; value++)
            pairs[value] = digits[value >> 4] | ((uint)digits[value & 15] << 16);
        return pairs;
    }
}
