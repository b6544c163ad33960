using OssMigration.Core.Reporting;
using OssMigration.Core.Reporting.Export;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Reporting;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>Plain http is said in every report.</summary>
public sealed class UnencryptedTests
{
    [Theory]
    [InlineData("http://10.0.0.7:9000", "http://oss.example", "Plain http, which whoever is on the way can read and change, was used with the source (10.0.0.7) and the destination (oss.example).")]
    [InlineData("http://10.0.0.7:9000", "https://oss.example", "Plain http, which whoever is on the way can read and change, was used with the source (10.0.0.7).")]
    [InlineData("http://127.0.0.1:9000", "http://localhost:8080", null)]
    [InlineData("https://s3.example", null, null)]
    public async Task A_report_says_which_ends_were_reached_over_plain_http(string source, string? destination, string? said)
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.Create(job => job with
        {
            Source = job.Source with { Endpoint = new Uri(source), AllowInsecureEndpoint = true },
            Destination = job.Destination with { Endpoint = destination is null ? null : new Uri(destination), AllowInsecureEndpoint = true },
        });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, said), (report.Status, report.Unencrypted));
        Assert.Equal(said, bench.Engine.GetReports(EngineBench.JobName)[0].Unencrypted);
    }

    [Theory]
    [InlineData("Plain http was used.")]
    [InlineData(null)]
    public async Task The_page_and_the_document_say_it_too(string? said)
    {
        ReportFacts facts = SampleFacts.LongMove();
        facts = facts with { Reports = [.. facts.Reports.Select(report => report with { Unencrypted = said })] };
        using MemoryStream document = new();
        await using (JsonReport json = new(document, facts))
            await json.WriteAsync(NoRows());
        using MemoryStream page = new();
        await HtmlReport.WriteAsync(facts, page);

        Assert.Contains(said is null ? "\"unencrypted\": null" : $"\"unencrypted\": \"{said}\"", System.Text.Encoding.UTF8.GetString(document.ToArray()), StringComparison.Ordinal);
        Assert.Equal(said is not null, System.Text.Encoding.UTF8.GetString(page.ToArray()).Contains("<strong>Not encrypted</strong>", StringComparison.Ordinal));
    }

    private static async IAsyncEnumerable<ObjectRow> NoRows()
    {
        await Task.CompletedTask;
        yield break;
    }
}
