using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;

namespace OssMigration.Core.Reporting.Export.Page;

/// <summary>
/// Writes markup. Only what stands in the program's own text is markup; whatever is put into it is made visible and escaped, so that no
/// key and no message can become part of the page.
/// </summary>
internal sealed class HtmlWriter(TextWriter writer)
{
    /// <summary>Writes <c>$"&lt;td>{key}&lt;/td>"</c>.</summary>
    public void Write([InterpolatedStringHandlerArgument("")] ref Markup markup)
    {
        // The handler has written already.
        _ = markup;
        writer.Write('\n');
    }

    /// <summary>Writes a text of the program's own that is markup as a whole.</summary>
    public void WriteOwn(string markup) => writer.Write(markup);

    /// <summary>A text made visible and escaped.</summary>
    public static string Escape(string? text) => WebUtility.HtmlEncode(VisibleText.Of(text));

    /// <summary>Takes the parts of an interpolated text.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Markup
    {
        private readonly TextWriter _writer;

        public Markup(int literalLength, int formattedCount, HtmlWriter page)
        {
            _ = (literalLength, formattedCount);
            _writer = page.Writer;
        }

        public void AppendLiteral(string markup) => _writer.Write(markup);

        public void AppendFormatted(string? text) => _writer.Write(Escape(text));

        public void AppendFormatted(long number) => _writer.Write(Figures.Number(number));

        public void AppendFormatted(Percent percent) => _writer.Write(percent.ToString());

        public void AppendFormatted(Px px) => _writer.Write(px.ToString());
    }

    private TextWriter Writer => writer;
}

/// <summary>A part of a chart's width.</summary>
/// <param name="Value">0 to 100.</param>
internal readonly record struct Percent(double Value)
{
    /// <summary>A share of a whole; 0 of nothing.</summary>
    public static Percent Of(double part, double whole) => new(whole > 0 ? Math.Clamp(100 * part / whole, 0, 100) : 0);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("0.###", CultureInfo.InvariantCulture) + "%";
}

/// <summary>A length or coordinate of a chart.</summary>
/// <param name="Value">In pixels, or in units of its viewBox.</param>
internal readonly record struct Px(double Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("0.##", CultureInfo.InvariantCulture);
}
