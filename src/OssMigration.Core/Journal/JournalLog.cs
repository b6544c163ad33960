using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace OssMigration.Core.Journal;

/// <summary>
/// SQLite's write-ahead log of a journal. Where a frame's checksum is wrong SQLite takes the log to end there, as after a loss of power;
/// but a loss of power spoils at most the last commit, as each is on the disk before the next begins, and more of it than a bit. Anything
/// else was on the disk, and would be forgotten without a word. Source: https://sqlite.org/fileformat2.html#the_write_ahead_log
/// </summary>
internal static class JournalLog
{
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;

    private const int SummedHeaderBytes = 24;

    // In a frame's header, behind its page and, at the end of a commit, how many pages there are.
    private const int SaltAt = 8;
    private const int SumAt = 16;
    private const int LargestPage = 65_536;

    /// <summary>Reads a log that nobody writes meanwhile.</summary>
    /// <param name="path">The log's file; it need not exist.</param>
    /// <returns>What is damaged, as the end of a sentence; null where nothing is, or no more than a crash leaves.</returns>
    public static string? Check(string path)
    {
        if (!File.Exists(path))
            return null;
        using FileStream log = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, LargestPage);
        byte[] header = new byte[HeaderBytes];
        if (log.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
            return null;
        bool isBigEndian = (header[3] & 1) != 0;
        int page = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(8));
        (uint, uint) sum = Add((0, 0), header.AsSpan(0, SummedHeaderBytes), isBigEndian);
        if (sum != Kept(header.AsSpan(SummedHeaderBytes)) || page is <= 0 or > LargestPage)
        {
            // It is on the disk before the first frame is written.
            return log.Length > HeaderBytes ? "the header of its log is not what was written" : null;
        }

        return CheckFrames(log, header.AsSpan(16, 8), new byte[FrameHeaderBytes + page], sum, isBigEndian);
    }

    private static string? CheckFrames(FileStream log, ReadOnlySpan<byte> salt, byte[] frame, (uint, uint) sum, bool isBigEndian)
    {
        long broken = -1;
        bool hasCommitBehind = false;
        while (log.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length)
        {
            // What an older log left behind has other salts.
            bool isOfThisLog = Salt(frame).SequenceEqual(salt);
            if (hasCommitBehind && isOfThisLog)
                return Changed(broken);
            if (broken < 0 && IsWhole(frame, salt, sum, isBigEndian))
            {
                sum = Kept(frame.AsSpan(SumAt));
                continue;
            }

            if (broken < 0)
            {
                broken = log.Position - frame.Length;
                if (IsOneBitOff(frame, salt, sum, isBigEndian))
                    return Changed(broken);
            }

            hasCommitBehind |= isOfThisLog && BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)) != 0;
        }

        return null;
    }

    private static string Changed(long at) => $"its log was changed on the disk, behind byte {at.ToString(CultureInfo.InvariantCulture)}";

    private static Span<byte> Salt(byte[] frame) => frame.AsSpan(SaltAt, SumAt - SaltAt);

    private static bool IsWhole(byte[] frame, ReadOnlySpan<byte> salt, (uint, uint) before, bool isBigEndian)
        => Salt(frame).SequenceEqual(salt)
            && Kept(frame.AsSpan(SumAt)) == Add(Add(before, frame.AsSpan(0, SaltAt), isBigEndian), frame.AsSpan(FrameHeaderBytes), isBigEndian);

    // A loss of power does not leave a frame that is right but for one bit. The frame is as it was afterwards.
    private static bool IsOneBitOff(byte[] frame, ReadOnlySpan<byte> salt, (uint, uint) before, bool isBigEndian)
    {
        if (BitOperations.PopCount(BinaryPrimitives.ReadUInt64LittleEndian(Salt(frame)) ^ BinaryPrimitives.ReadUInt64LittleEndian(salt)) > 1)
            return false;
        for (int bit = 0; bit < frame.Length * 8; bit++)
        {
            byte mask = (byte)(1 << (bit % 8));
            frame[bit / 8] ^= mask;
            bool isWhole = IsWhole(frame, salt, before, isBigEndian);
            frame[bit / 8] ^= mask;
            if (isWhole)
                return true;
        }

        return false;
    }

    private static (uint, uint) Kept(ReadOnlySpan<byte> bytes) => (BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));

    private static (uint, uint) Add((uint First, uint Second) sum, ReadOnlySpan<byte> bytes, bool isBigEndian)
    {
        (uint first, uint second) = sum;
        for (int at = 0; at < bytes.Length; at += 8)
        {
            unchecked
            {
                first += Word(bytes[at..], isBigEndian) + second;
                second += Word(bytes[(at + 4)..], isBigEndian) + first;
            }
        }

        return (first, second);
    }

    private static uint Word(ReadOnlySpan<byte> bytes, bool isBigEndian)
        => isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
