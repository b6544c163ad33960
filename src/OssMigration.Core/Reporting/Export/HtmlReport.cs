using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Reporting.Export.Page;

namespace OssMigration.Core.Reporting.Export;

/// <summary>
/// The report as one page that needs nothing else: no script, no picture, no font from elsewhere. Its policy forbids everything but the one
/// style sheet that stands in it, by its hash.
/// </summary>
internal static class HtmlReport
{
    // Line ends as a browser hashes them.
    private static readonly string Style = ReadStyle().ReplaceLineEndings("\n");

    /// <summary>What a browser may load for the page: nothing, and of style sheets only this one.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'";

    /// <summary>Writes the page.</summary>
    public static async Task WriteAsync(ReportFacts facts, Stream stream)
    {
        StreamWriter writer = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16) { NewLine = "\n" };
        await using (writer.ConfigureAwait(false))
        {
            HtmlWriter page = new(writer);
            WriteHead(page, facts);
            Overview.Write(page, facts);
            StepsSection.Write(page, facts);
            ThroughputSection.Write(page, facts);
            CauseSection.Write(page, facts);
            OutcomeSection.Write(page, facts.Report);
            FidelitySection.Write(page, facts);
            SizeSection.Write(page, facts);
            RunsSection.Write(page, facts);
            ProofSection.Write(page, facts);
            WriteFoot(page, facts);
        }
    }

    private static void WriteHead(HtmlWriter page, ReportFacts facts)
    {
        page.WriteOwn("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.Write($"""<meta http-equiv="Content-Security-Policy" content="{Policy}">""");
        page.Write($"""<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">""");
        page.Write($"<title>{facts.Job.Name}: {Verdict.Of(facts).Word} – migration report</title>");
        page.WriteOwn($"<style>{Style}</style>\n</head>\n<body>\n");
    }

    private static void WriteFoot(HtmlWriter page, ReportFacts facts)
    {
        string version = typeof(HtmlReport).Assembly.GetName().Version!.ToString(3);
        string filter = facts.Job.Filter.IsEmptyBeyondPrefix ? "everything under the source's prefix" : "what the job's filter lets through";
        page.Write($"""</main><footer><p>Made by OssMigration {version} at {Figures.Time(facts.MadeAt)} from the job's journal. The job covers {filter}; mode {facts.Job.Mode.ToString()}, overwrite {facts.Job.Overwrite.ToString()}. All times are UTC; 1 KiB is 1,024 bytes. Control and formatting characters of keys are shown as \uXXXX.</p></footer></body></html>""");
    }

    private static string ReadStyle()
    {
        using StreamReader style = new(typeof(HtmlReport).Assembly.GetManifestResourceStream("PageStyle")!);
        return style.ReadToEnd();
    }
}
