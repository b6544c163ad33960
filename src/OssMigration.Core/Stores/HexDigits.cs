namespace OssMigration.Core.Stores;

/// <summary>Hexadecimal digits in one letter case.</summary>
internal static class HexDigits
{
    private const byte None = 0xFF;
    private const int LowerLetter = 0x10;
    private const int UpperLetter = 0x20;

    private static readonly byte[] Values = MakeValues();

    /// <summary>Reads 32 digits; false where one is none, or the letters are not all in one case.</summary>
    public static bool TryRead(ReadOnlySpan<byte> digits, out ulong high, out ulong low, out bool isUpper)
    {
        int seen = 0;
        high = Read(digits[..16], ref seen);
        low = Read(digits.Slice(16, 16), ref seen);
        isUpper = (seen & UpperLetter) != 0;
        return (seen & (LowerLetter | UpperLetter)) != (LowerLetter | UpperLetter);
    }

    /// <summary>Whether the digits of these bytes have letters among them.</summary>
    public static bool HasLetters(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            if (value >= 0xA0 || (value & 0x0F) >= 10)
                return true;
        }

        return false;
    }

    /// <summary>Writes two digits a byte.</summary>
    public static void Write(ReadOnlySpan<byte> bytes, bool isUpper, Span<byte> digits)
    {
        ReadOnlySpan<byte> forms = isUpper ? "0123456789ABCDEF"u8 : "0123456789abcdef"u8;
        for (int i = 0; i < bytes.Length; i++)
        {
            digits[2 * i] = forms[bytes[i] >> 4];
            digits[(2 * i) + 1] = forms[bytes[i] & 15];
        }
    }

    // What is no digit has all bits, so that both letter cases count as seen.
    private static ulong Read(ReadOnlySpan<byte> digits, ref int seen)
    {
        ulong number = 0;
        foreach (byte digit in digits)
        {
            byte value = Values[digit];
            seen |= value;
            number = (number << 4) | (uint)(value & 0x0F);
        }

        return number;
    }

    private static byte[] MakeValues()
    {
        byte[] values = new byte[256];
        Array.Fill(values, None);
        for (byte value = 0; value < 10; value++)
            values['0' + value] = value;
        for (byte value = 10; value < 16; value++)
        {
            values['a' + value - 10] = (byte)(value | LowerLetter);
            values['A' + value - 10] = (byte)(value | UpperLetter);
        }

        return values;
    }
}
