using System.Globalization;

namespace OssMigration.Core.Reporting.Export.Page;

/// <summary>
/// What charts share. They are as wide as the page and laid out by parts of the width, so that their letters keep their size on a narrow
/// screen; each has a title and a description for who does not see it.
/// </summary>
internal static class Chart
{
    /// <summary>Begins a chart.</summary>
    public static void Begin(HtmlWriter page, string id, string title, string description, double height) => page.Write(
        $"""<svg class="chart" id="{id}" role="img" aria-labelledby="{id}-title {id}-desc" width="100%" height="{new Px(height)}"><title id="{id}-title">{title}</title><desc id="{id}-desc">{description}</desc>""");

    /// <summary>Ends it.</summary>
    public static void End(HtmlWriter page) => page.Write($"</svg>");

    /// <summary>The next "round" number from a value on: half of it is round too.</summary>
    public static double RoundUp(double value) => RoundUp(value, 10, [1, 2, 4, 6, 8, 10]);

    /// <summary>The next "round" size from a value on: so many bytes, KiB, MiB ...</summary>
    public static double RoundUpBytes(double value) => RoundUp(value, 1024, [1, 2, 4, 6, 8, 10, 20, 40, 60, 80, 100, 200, 400, 600, 800, 1024]);

    /// <summary>A number in few letters: <c>12.3 M</c>.</summary>
    public static string Compact(double value)
    {
        (double scaled, string unit) = Math.Abs(value) switch
        {
            >= 999_500_000 => (value / 1e9, " G"),
            >= 999_500 => (value / 1e6, " M"),
            >= 9_999.5 => (value / 1e3, " k"),
            _ => (value, ""),
        };
        string format = unit.Length == 0 ? value is > 0 and < 10 && value != Math.Truncate(value) ? "0.#" : "#,0" : Math.Abs(scaled) < 9.995 ? "0.#" : "0";
        return scaled.ToString(format, CultureInfo.InvariantCulture) + unit;
    }

    /// <summary>A row of bars below a line of text: its name on the left, what it amounts to on the right.</summary>
    public static void Label(HtmlWriter page, double y, string name, string amount)
    {
        page.Write($"""<text class="name" x="0" y="{new Px(y)}">{name}</text>""");
        page.Write($"""<text class="amount" x="100%" y="{new Px(y)}" text-anchor="end">{amount}</text>""");
    }

    /// <summary>A bar over its track, with a tooltip. What is more than nothing is seen.</summary>
    public static void Bar(HtmlWriter page, double y, double height, Percent width, string tone, string tooltip)
    {
        page.Write($"""<rect class="track" x="0" y="{new Px(y)}" width="100%" height="{new Px(height)}" rx="3"/>""");
        if (width.Value > 0)
            page.Write($"""<rect class="mark {tone}" x="0" y="{new Px(y)}" width="{new Percent(Math.Max(width.Value, 0.4))}" height="{new Px(height)}" rx="3"><title>{tooltip}</title></rect>""");
    }

    private static double RoundUp(double value, double scale, ReadOnlySpan<double> steps)
    {
        if (value <= 0)
            return 1;
        double power = 1;
        while (power * scale <= value)
            power *= scale;
        while (power > value)
            power /= scale;
        foreach (double step in steps)
        {
            if (step * power >= value)
                return step * power;
        }

        return scale * power;
    }
}
