namespace OssMigration.TestKit;

/// <summary>CRC-64/XZ bit by bit as its catalogue entry defines it: slow, and written apart from the product's.</summary>
public static class ReferenceCrc64
{
    private const ulong ReflectedPolynomial = 0xC96C5795D7870F42;
    private static readonly ulong[] Table = [.. Enumerable.Range(0, 256).Select(OneByte)];

    /// <summary>The checksum of some bytes; 995DC9BBDF1939FA for "123456789".</summary>
    public static ulong Of(ReadOnlySpan<byte> data)
    {
        ulong register = ulong.MaxValue;
        foreach (byte value in data)
            register = Table[(byte)register ^ value] ^ (register >> 8);
        return ~register;
    }

    private static ulong OneByte(int value)
    {
        ulong register = (ulong)value;
        for (int bit = 0; bit < 8; bit++)
            register = (register & 1) == 0 ? register >> 1 : (register >> 1) ^ ReflectedPolynomial;
        return register;
    }
}
