namespace OssMigration.Core.Copying;

/// <summary>
/// CRC-64/XZ, the CRC that OSS returns as <c>x-oss-hash-crc64ecma</c> (reflected polynomial C96C5795D7870F42, all-ones
/// start and final inversion; "123456789" gives 995DC9BBDF1939FA). Values are always the finalised ones: the CRC of no
/// bytes is 0, and a running value may be handed out at any time. Thread-safe.
/// </summary>
public static class Crc64
{
    private static readonly ReflectedCrc Engine = new(0xC96C5795D7870F42, 64);

    /// <summary>The CRC of what <paramref name="crc"/> covers followed by <paramref name="data"/>.</summary>
    /// <param name="crc">The CRC so far; 0 to start.</param>
    /// <param name="data">The bytes that follow.</param>
    public static ulong Append(ulong crc, ReadOnlySpan<byte> data) => Engine.Append(crc, data);

    /// <summary>The CRC of <paramref name="data"/>.</summary>
    public static ulong Compute(ReadOnlySpan<byte> data) => Engine.Append(0, data);

    /// <summary>The CRC of two contents one after the other, without their bytes.</summary>
    /// <param name="first">CRC of the first content.</param>
    /// <param name="second">CRC of the second content.</param>
    /// <param name="secondLength">Bytes of the second content; not negative.</param>
    public static ulong Combine(ulong first, ulong second, long secondLength) => Engine.Combine(first, second, secondLength);
}
