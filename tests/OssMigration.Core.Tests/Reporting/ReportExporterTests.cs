using System.Text.Json;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Reporting.Export;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Reporting;

/// <summary>Files come whole or not at all, are replaced only where that is wanted, and hold what they should.</summary>
public sealed class ReportExporterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ReportFormat.Html, "r.x")]
    [InlineData(ReportFormat.Json, "r.x")]
    [InlineData(ReportFormat.Csv, "r_completed_list.x,r_failed_list.x,r_skipped_list.x,r_total_list.x")]
    public async Task A_report_has_its_files_and_leaves_no_others(ReportFormat format, string files)
    {
        using ReportBench report = await MigratedAsync();

        IReadOnlyList<string> written = await report.ExportAsync("r.x", format);

        Assert.Equal(files.Split(','), report.Files);
        Assert.Equal(report.Files, written.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(written, file => Assert.True(Path.IsPathFullyQualified(file)));
    }

    [Fact]
    public async Task A_file_that_is_there_is_left_alone_unless_it_is_to_be_replaced()
    {
        using ReportBench report = await MigratedAsync();
        await File.WriteAllTextAsync(report.PathOf("r_skipped_list.csv"), "mine", Token);

        RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => report.ExportAsync("r.csv", ReportFormat.Csv));
        Assert.Equal("ReportFileExists", refused.ErrorId);
        Assert.Equal(["r_skipped_list.csv"], report.Files);
        Assert.Equal("mine", await File.ReadAllTextAsync(report.PathOf("r_skipped_list.csv"), Token));

        await report.ExportAsync("r.csv", ReportFormat.Csv, replace: true);
        Assert.NotEqual("mine", await File.ReadAllTextAsync(report.PathOf("r_skipped_list.csv"), Token));
    }

    [Fact]
    public async Task A_report_that_cannot_be_finished_leaves_what_was_there()
    {
        using ReportBench report = await MigratedAsync();
        await File.WriteAllTextAsync(report.PathOf("r.html"), "the one before", Token);
        File.Delete(Assert.Single(Directory.GetFiles(Path.Combine(report.Bench.JobPath, "manifest"))));

        JobStateException error = await Assert.ThrowsAsync<JobStateException>(() => report.ExportAsync("r.html", ReportFormat.Html, replace: true));

        Assert.Equal(JobStateError.Damaged, error.Error);
        Assert.Equal(["r.html"], report.Files);
        Assert.Equal("the one before", await File.ReadAllTextAsync(report.PathOf("r.html"), Token));
    }

    [Fact]
    public async Task Without_a_run_or_of_a_run_that_is_not_there_nothing_is_reported()
    {
        using ReportBench report = new();
        report.Bench.Create();
        Assert.Equal(JobStateError.NothingThere, (await Assert.ThrowsAsync<JobStateException>(() => report.ExportAsync("r.html", ReportFormat.Html))).Error);

        await report.Bench.RunAsync(cancellationToken: Token);
        Assert.Equal(JobStateError.NothingThere, (await Assert.ThrowsAsync<JobStateException>(() => report.ExportAsync("r.html", ReportFormat.Html, run: 2))).Error);
        Assert.Empty(report.Files);
    }

    [Fact]
    public async Task A_job_is_reported_while_it_runs_and_its_run_is_not_disturbed()
    {
        using ReportBench report = await MigratedAsync();
        report.Bench.Source.Seed("later", "x");
        TaskCompletionSource begun = new();
        TaskCompletionSource goOn = new();
        report.Bench.FaultyDestination.Plan(
            StoreOperation.Put,
            Fault.Before(async token =>
            {
                begun.SetResult();
                await goOn.Task.WaitAsync(token);
            }),
            "later");
        Task<MigrationReport> run = report.Bench.RunAsync(cancellationToken: Token);
        await begun.Task;

        Dictionary<string, string[]> lists = await report.ListsAsync();
        string page = await report.PageAsync();
        goOn.SetResult();

        Assert.Equal(["a Copied", "b Copied", "changed Copied"], lists["completed"]);
        Assert.Contains("<h1>bench-job</h1>", page, StringComparison.Ordinal);
        MigrationReport ended = await run;
        Assert.Equal((2, ended.Listed), (ended.Run, ended.Outcomes));
    }

    [Fact]
    public async Task The_lists_of_a_run_that_another_has_followed_are_refused_its_page_is_not()
    {
        using ReportBench report = await MigratedAsync();
        report.Bench.Source.Seed("later", "x");
        await report.Bench.RunAsync(cancellationToken: Token);

        Assert.Equal("ReportListsReplaced", (await Assert.ThrowsAsync<RefusedException>(() => report.ExportAsync("r.csv", ReportFormat.Csv, run: 1))).ErrorId);
        await report.ExportAsync("r.csv", ReportFormat.Csv, run: 2);
        Assert.Contains("Run 1 of bench-job", await report.PageAsync(run: 1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_document_has_exactly_the_members_that_its_schema_names()
    {
        using ReportBench report = await MigratedAsync();
        report.Bench.Source.Seed("changed", "again");
        report.Bench.Source.Remove("b");
        report.Bench.FaultySource.Plan(StoreOperation.Read, Fault.Throw(StoreErrorKind.AccessDenied), "<script>\u202e");
        await report.Bench.RunAsync(cancellationToken: Token);
        await report.Bench.CompareAsync();
        using JsonDocument schema = JsonDocument.Parse(await File.ReadAllTextAsync(SchemaPath(), Token));
        using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync((await report.ExportAsync("r.json", ReportFormat.Json))[0], Token));

        AssertFits(document.RootElement, schema.RootElement, schema.RootElement, "$");
        Assert.Equal(2, document.RootElement.GetProperty("runs").GetArrayLength());
        Assert.Equal(@"<script>\u202e", document.RootElement.GetProperty("exceptions")[0].GetProperty("key").GetString()!.Replace("\u202e", @"\u202e", StringComparison.Ordinal));
        Assert.Equal(["Failed", "GoneAtSource"], document.RootElement.GetProperty("causes").EnumerateArray().Select(cause => cause.GetProperty("state").GetString()));
        Assert.NotEmpty(document.RootElement.GetProperty("causes")[0].GetProperty("advice").GetString()!);
    }

    private static string SchemaPath()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "OssMigration.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "src", "OssMigration", "schemas", "migration-report.schema.json");
    }

    // Kinds of values and formats are held against the schema by tests/browser.
    private static void AssertFits(JsonElement value, JsonElement schema, JsonElement root, string path)
    {
        if (schema.TryGetProperty("$ref", out JsonElement reference))
            schema = root.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..]);
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in value.EnumerateArray())
                AssertFits(item, schema.GetProperty("items"), root, path + "[]");
        }

        if (value.ValueKind != JsonValueKind.Object)
            return;
        string[] required = [.. schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()!)];
        Assert.True(required.All(name => value.TryGetProperty(name, out _)), $"{path} lacks one of {string.Join(", ", required)}");
        foreach (JsonProperty member in value.EnumerateObject())
        {
            Assert.True(schema.GetProperty("properties").TryGetProperty(member.Name, out JsonElement named), $"{path}.{member.Name} is not in the schema");
            AssertFits(member.Value, named, root, $"{path}.{member.Name}");
        }
    }

    private static async Task<ReportBench> MigratedAsync()
    {
        ReportBench report = new();
        foreach (string key in (string[])["a", "b", "changed"])
            report.Bench.Source.Seed(key, key);
        report.Bench.Source.Seed("<script>\u202e", "x");
        report.Bench.FaultySource.Plan(StoreOperation.Read, Fault.Throw(StoreErrorKind.AccessDenied), "<script>\u202e");
        report.Bench.Create();
        await report.Bench.RunAsync(cancellationToken: Token);
        return report;
    }
}
