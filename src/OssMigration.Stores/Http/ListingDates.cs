using System.Globalization;
using System.Text;

namespace OssMigration.Stores.Http;

/// <summary>Dates of listings, which come by the million and all in one form.</summary>
internal static class ListingDates
{
    private const string Form = "0000-00-00T00:00:00.000Z";

    /// <summary>Reads a date: <c>2020-05-18T05:45:43.000Z</c> where it stands, any other form as the framework reads it.</summary>
    /// <exception cref="FormatException">It is no date.</exception>
    public static DateTimeOffset Parse(ReadOnlySpan<byte> text)
        => IsUsual(text) && Number(text[..4]) > 0 && Number(text.Slice(5, 2)) is >= 1 and <= 12
            && Number(text.Slice(8, 2)) is >= 1 and <= 28 && Number(text.Slice(11, 2)) < 24 && Number(text.Slice(14, 2)) < 60 && Number(text.Slice(17, 2)) < 60
            ? new DateTimeOffset(
                Number(text[..4]), Number(text.Slice(5, 2)), Number(text.Slice(8, 2)),
                Number(text.Slice(11, 2)), Number(text.Slice(14, 2)), Number(text.Slice(17, 2)), Number(text.Slice(20, 3)), TimeSpan.Zero)
            : DateTimeOffset.Parse(Encoding.UTF8.GetString(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static bool IsUsual(ReadOnlySpan<byte> text)
    {
        if (text.Length != Form.Length)
            return false;
        for (int i = 0; i < text.Length; i++)
        {
            if (Form[i] == '0' ? text[i] is < (byte)'0' or > (byte)'9' : text[i] != Form[i])
                return false;
        }

        return true;
    }

    private static int Number(ReadOnlySpan<byte> digits)
    {
        int number = 0;
        foreach (byte digit in digits)
            number = (number * 10) + digit - '0';
        return number;
    }
}
