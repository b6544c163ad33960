using System.Text.RegularExpressions;
using OssMigration.Core.Reporting;
using OssMigration.Core.Reporting.Export;
using OssMigration.Core.Reporting.Export.Page;
using Xunit;

namespace OssMigration.Core.Tests.Reporting;

/// <summary>The page as text. What a browser makes of it is seen by tests/browser.</summary>
public sealed partial class HtmlReportTests
{
    private const string Hostile = "\"><script>alert(1)</script>\u202Egpj'&.exe\n";

    [Fact]
    public async Task Nothing_on_the_page_is_a_script_or_comes_from_elsewhere()
    {
        string page = await PageAsync();

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("javascript:", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", page, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", page, StringComparison.Ordinal);
        Assert.Empty(Attribute().Matches(page).Select(attribute => attribute.Value));
        Assert.Contains("default-src &#39;none&#39;; style-src &#39;sha256-", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_shown_as_text_its_invisible_characters_too()
    {
        string page = await PageAsync();

        Assert.Contains(@"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\u202Egpj&#39;&amp;.exe\u000A", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', page);
    }

    [Fact]
    public async Task Every_element_is_closed_and_every_chart_says_what_it_shows()
    {
        string page = await PageAsync();

        AssertBalanced(page);
        string[] charts = [.. Chart().Matches(page).Select(chart => chart.Groups["id"].Value)];
        Assert.Equal(["share", "step-timeline", "throughput-bytes", "throughput-objects", "cause-bars", "outcome-bars", "size-bars", "run-columns"], charts);
        Assert.All(charts, id =>
        {
            Assert.Contains($"<title id=\"{id}-title\">", page, StringComparison.Ordinal);
            Assert.Matches($"<desc id=\"{id}-desc\">[^<]{{10,}}</desc>", page);
        });
        Assert.All(HeadCell().Matches(page), cell => Assert.Contains("scope=\"", cell.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reason_has_the_advice_of_the_help_with_the_name_of_the_job()
    {
        string page = await PageAsync();

        Assert.Contains("Class and key: Get-MigrationItem photos-to-oss -State NeedsRestore.", page, StringComparison.Ordinal);
        Assert.Contains("a policy that leaves out a right", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_stays_small_however_many_objects_there_are()
        => Assert.InRange((await PageAsync()).Length, 10_000, 400_000);

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.25, "0.3 s")]
    [InlineData(12, "12 s")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(11_000, "3 h 3 min")]
    [InlineData(1_300_000, "15 d 1 h")]
    public void A_span_of_time_is_shown_in_its_two_largest_units(double seconds, string expected)
        => Assert.Equal(expected, Figures.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.3, 0.4)]
    [InlineData(1, 1)]
    [InlineData(7, 8)]
    [InlineData(430, 600)]
    [InlineData(99_999, 100_000)]
    public void A_scale_ends_with_a_round_number(double highest, double expected)
        => Assert.Equal(expected, Core.Reporting.Export.Page.Chart.RoundUp(highest), 6);

    [Theory]
    [InlineData(41, "41")]
    [InlineData(9_999, "9,999")]
    [InlineData(17_200, "17 k")]
    [InlineData(1_000_000, "1 M")]
    [InlineData(1_250_000, "1.3 M")]
    [InlineData(99_000_000, "99 M")]
    public void A_number_is_shown_in_few_letters(double value, string expected) => Assert.Equal(expected, Core.Reporting.Export.Page.Chart.Compact(value));

    private static async Task<string> PageAsync()
    {
        using MemoryStream stream = new();
        await HtmlReport.WriteAsync(SampleFacts.LongMove(Hostile), stream);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void AssertBalanced(string page)
    {
        Stack<string> open = new();
        foreach (Match tag in Tag().Matches(page))
        {
            string name = tag.Groups["name"].Value;
            if (tag.Value.StartsWith("</", StringComparison.Ordinal))
                Assert.Equal(open.Pop(), name);
            else if (!tag.Value.EndsWith("/>", StringComparison.Ordinal) && name is not ("meta" or "br"))
                open.Push(name);
        }

        Assert.Empty(open);
    }

    [GeneratedRegex(@"\b(?:src|href|srcset|on[a-z]+|style|action|data)=", RegexOptions.IgnoreCase)]
    private static partial Regex Attribute();

    [GeneratedRegex("<svg class=\"chart\" id=\"(?<id>[a-z-]+)\" role=\"img\"")]
    private static partial Regex Chart();

    [GeneratedRegex("<th[ >][^>]*>?")]
    private static partial Regex HeadCell();

    [GeneratedRegex("</?(?<name>[a-z][a-z0-9]*)[^>]*>")]
    private static partial Regex Tag();
}
