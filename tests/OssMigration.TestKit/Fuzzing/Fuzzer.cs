using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xunit;

namespace OssMigration.TestKit.Fuzzing;

/// <summary>
/// Gives a reader a great many inputs that are nearly right: samples that are cut, spliced, repeated, sprinkled with what readers stumble
/// over. Only errors of the named types may come out, within bounds of time and memory. A seed makes the same inputs again.
/// </summary>
/// <remarks>
/// OSSMIGRATION_TEST_LONG=1 with OSSMIGRATION_TEST_ALONE=1 tries 16 times as many, as .ci/full does; OSSMIGRATION_TEST_SEED gives the seed.
/// </remarks>
public sealed class Fuzzer
{
    // A collection may fall into any one case, so the bound is far above what a case takes.
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Hanging = TimeSpan.FromMinutes(3);
    private const long MostBytes = 256L << 20;
    private const int UsualLength = 8_192;
    private const int LongFactor = 16;

    private static readonly byte[][] Stumbling =
    [
        .. new[]
        {
            "", "\0", "\u0001", "\n", "\r\n", " ", "<", ">", "&", "&amp;", "&#0;", "&#xD800;", "&#x10FFFF;", "&#99999999999;", "&lol;", "]]>", "<![CDATA[", "<!--", "-->", "<?xml version=\"1.1\"?>",
            "<!DOCTYPE a [<!ENTITY lol \"lol\"><!ENTITY l2 \"&lol;&lol;\">]>", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">", "</a>", "<a>", "<a", "xmlns=\"\"", "xml:space=\"preserve\"",
            "-1", "0", "00", "1e400", "NaN", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999999999999", "0x10", "1.5", "1,5", "٣",
            "2026-02-30T00:00:00.000Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "+14:00", "%", "%%", "%2", "%zz", "%00", "%2F", "%C0%AF", "%ED%A0%80", "..", "../", "/", "\\", "//", "?", "*", "**", "***", "[", "]", "[!", "[z-a]", "{", "}", "{a,b}", "{,}", "{{{{", "}}", ",", ";", "=", ":", "\"", "'",
            "Mon", "Mon-Fri", "Sun-Mon", "24:00", "23:59", "08:00-08:00", "=0", "=100Mbps", "bps", "MiB/s", "obj/s", "null", "true", "[]", "{}", "\uFEFF", "\u202E", "\u2028", "\uFFFD", "\U0001F600", "é", "ß", "İ", "ﬀ",
            "s3://", "oss://", "file:///", "http://", "@", "#", "[::1]", "-----", "\t", "amqps://", "localhost",
        }.Select(Encoding.UTF8.GetBytes),
        [0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xFF, 0xFE], [0xF4, 0x90, 0x80, 0x80], [0x1F, 0x8B], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0x80], [0x7F, 0xFF, 0xFF, 0xFF],
    ];

    private readonly Random _random;
    private readonly byte[][] _samples;
    private readonly int _mostLength;

    private Fuzzer(int seed, IEnumerable<byte[]> samples)
    {
        _random = new Random(seed);
        _samples = [.. samples];
        _mostLength = Math.Max(UsualLength, 2 * _samples.Max(sample => sample.Length));
    }

    /// <summary>Whether the long form was asked for.</summary>
    public static bool IsLong => Alone.IsLong && Environment.GetEnvironmentVariable("OSSMIGRATION_TEST_ALONE") == "1";

    /// <summary>Tries a reader of text.</summary>
    public static void TryText(string name, int cases, IEnumerable<string> samples, Func<string, bool> read, params Type[] errors)
        => Try(name, cases, samples.Select(Encoding.UTF8.GetBytes), bytes => read(Encoding.UTF8.GetString(bytes)), errors);

    /// <summary>Tries a reader.</summary>
    /// <param name="name">What is tried, for the line that says what came of it.</param>
    /// <param name="cases">How many inputs in the short form.</param>
    /// <param name="samples">Inputs that are right, and some that are not.</param>
    /// <param name="read">Reads; true where it took the input, false where it refused it without an error.</param>
    /// <param name="errors">The errors that it may throw, with those derived from them.</param>
    public static void Try(string name, int cases, IEnumerable<byte[]> samples, Func<byte[], bool> read, params Type[] errors)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("OSSMIGRATION_TEST_SEED"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int given)
            ? given
            : Random.Shared.Next();
        Fuzzer fuzzer = new(seed, samples);
        long wanted = IsLong ? (long)cases * LongFactor : cases, taken = 0, mostBytes = 0;
        TimeSpan longest = TimeSpan.Zero;
        byte[] tried = [];
        long tries = 0, seen = -1;
        using Timer watch = new(
            _ =>
            {
                long now = Interlocked.Read(ref tries);
                if (now == Interlocked.Exchange(ref seen, now))
                    Environment.FailFast($"{name}, seed {seed}, case {now} does not end: {Show(tried)}");
            },
            null,
            Hanging,
            Hanging);
        for (long number = 0; number < wanted; number++)
        {
            byte[] input = number < fuzzer._samples.Length ? fuzzer._samples[number] : fuzzer.Next();
            tried = input;
            Interlocked.Exchange(ref tries, number);
            long allocated = GC.GetAllocatedBytesForCurrentThread(), begin = Stopwatch.GetTimestamp();
            try
            {
                taken += read(input) ? 1 : 0;
            }
            catch (Exception error) when (Array.Exists(errors, type => type.IsInstanceOfType(error)))
            {
                // Refused, by an error that its callers know.
            }
            catch (Exception error)
            {
                Assert.Fail($"{name}, seed {seed}, case {number}: {error.GetType().Name} came out for {Show(input)}\n{error}");
            }

            TimeSpan time = Stopwatch.GetElapsedTime(begin);
            long bytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.True(time < MostTime && bytes < MostBytes, $"{name}, seed {seed}, case {number}: {time}, {bytes:N0} bytes for {Show(input)}");
            (longest, mostBytes) = (time > longest ? time : longest, Math.Max(bytes, mostBytes));
        }

        // A reader that takes nothing, or everything, is tried by nothing.
        Assert.True(taken > 0, $"{name}, seed {seed}: no input was ever taken.");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name}: {wanted:N0} cases, seed {seed}, {taken:N0} taken, at most {longest.TotalMilliseconds:0.0} ms and {mostBytes / 1024:N0} KiB each"));
    }

    private byte[] Next()
    {
        List<byte> bytes = [.. Pick(_samples)];
        for (int change = _random.Next(1, 6); change > 0; change--)
            Change(bytes);
        return bytes.Count > _mostLength ? [.. bytes[.._mostLength]] : [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        int at = _random.Next(bytes.Count + 1);
        int length = Math.Min(_random.Next(1, 24), bytes.Count - at);
        switch (_random.Next(8))
        {
            case 0 when bytes.Count > 0:
                bytes[_random.Next(bytes.Count)] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when bytes.Count > 0:
                bytes[_random.Next(bytes.Count)] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                byte[] other = Pick(_samples);
                int from = _random.Next(other.Length + 1);
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + _random.Next(40))]);
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6:
                byte[] again = Pick(Stumbling);
                for (int times = _random.Next(10) == 0 ? _random.Next(200) : 2; times > 0 && bytes.Count < _mostLength; times--)
                    bytes.InsertRange(at, again);
                break;
            default:
                bytes.InsertRange(at, Pick(Stumbling));
                break;
        }
    }

    private byte[] Pick(byte[][] from) => from[_random.Next(from.Length)];

    private static string Show(byte[] input) => $"{Convert.ToBase64String(input)} ({Encoding.UTF8.GetString(input)})";
}
