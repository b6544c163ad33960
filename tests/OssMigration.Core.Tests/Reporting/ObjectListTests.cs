using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Reporting.Export;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Reporting;

/// <summary>The four lists say of every object what the runs found, and no object is in two of them.</summary>
public sealed class ObjectListTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_lists_of_a_first_run_are_what_its_report_counts()
    {
        using ReportBench report = new();
        EngineBench bench = report.Bench;
        for (int i = 0; i < 40; i++)
            bench.Source.Seed($"k{i:D2}", EngineBench.Noise(100 + i, i));
        bench.Destination.Seed("k07", EngineBench.Noise(107, 7));
        bench.Source.Seed("/not for OSS", "x");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Throw(StoreErrorKind.AccessDenied), "k20");
        bench.Create();
        MigrationReport run = await bench.RunAsync(cancellationToken: Token);

        Dictionary<string, string[]> lists = await report.ListsAsync();

        Assert.Equal(run.Listed.Objects, lists["total"].Length);
        Assert.Equal(run.Copied.Objects, lists["completed"].Length);
        Assert.Equal(["k07 Skipped"], lists["skipped"]);
        Assert.Equal(["/not for OSS Unsupported", "k20 Failed"], lists["failed"]);
        Assert.Equal(lists["total"], lists["completed"].Concat(lists["skipped"]).Concat(lists["failed"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_later_run_over_chosen_objects_found_takes_the_place_of_what_was_known()
    {
        using ReportBench report = new();
        EngineBench bench = report.Bench;
        foreach (string key in (string[])["a", "b", "c", "d"])
            bench.Source.Seed(key, key);
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Throw(StoreErrorKind.AccessDenied), "b");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Throw(StoreErrorKind.AccessDenied), "c", times: 2);
        bench.Create();
        await bench.RunAsync(cancellationToken: Token);
        Assert.Equal(["b Failed", "c Failed"], (await report.ListsAsync())["failed"]);

        await bench.StartAsync(new RunOptions { FailedOnly = true }, Token);
        Assert.Equal(["c Failed"], (await report.ListsAsync())["failed"]);
        Assert.Equal(["a Copied", "b Copied", "d Copied"], (await report.ListsAsync())["completed"]);

        bench.Source.Remove("d");
        bench.Destination.Remove("d");
        bench.Source.Remove("a");
        await bench.RunOverAsync(["a", "d"], Token);
        Assert.Equal(["b Copied", "c Failed"], (await report.ListsAsync())["total"]);
    }

    [Fact]
    public async Task What_is_gone_at_the_source_is_in_no_list_and_the_rest_of_an_increment_is_in_the_list_it_was_in()
    {
        using ReportBench report = new();
        EngineBench bench = report.Bench;
        foreach (string key in (string[])["a", "b", "c"])
            bench.Source.Seed(key, key);
        bench.Destination.Seed("c", "c");
        bench.Create();
        await bench.RunAsync(cancellationToken: Token);
        bench.Source.Remove("a");
        bench.Source.Seed("d", "d");
        await bench.RunAsync(cancellationToken: Token);

        Dictionary<string, string[]> lists = await report.ListsAsync();

        Assert.Equal(["b Copied", "c Skipped", "d Copied"], lists["total"]);
        Assert.Equal(["c Skipped"], lists["skipped"]);
    }

    [Fact]
    public async Task A_run_that_was_stopped_adds_what_it_came_to_know()
    {
        using ReportBench report = new();
        EngineBench bench = report.Bench;
        foreach (string key in (string[])["a", "b"])
            bench.Source.Seed(key, key);
        bench.Create();
        await bench.RunAsync(cancellationToken: Token);
        bench.Source.Seed("c", "c");
        using CancellationTokenSource stop = new();
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Before(stop.Cancel), "c");
        await bench.RunAsync(cancellationToken: stop.Token);

        Dictionary<string, string[]> lists = await report.ListsAsync();

        Assert.Equal(["a Copied", "b Copied"], lists["completed"]);
    }

    [Fact]
    public async Task Names_are_exact_and_harmless_and_keys_are_made_visible()
    {
        string[] keys = ["=1+1", "+a", "-b", "@c", "a b", "a,b", "a\"b", "a;=1", "\u0001ctl", "x\u202Egpj.exe", "ключ", "a/../b", "\U0001F600"];
        using ReportBench report = new();
        foreach (string key in keys)
            report.Bench.Source.Seed(key, key);
        report.Bench.Create(job => job with { Source = job.Source with { Prefix = "" } });
        await report.Bench.RunAsync(cancellationToken: Token);

        IReadOnlyList<string> files = await report.ExportAsync("odd.csv", ReportFormat.Csv);
        IReadOnlyList<IReadOnlyList<string>> rows = CsvFile.Read(files[0]);

        Assert.Equal(ObjectLists.Columns, rows[0]);
        Assert.Equal(keys.Order(KeyOrder.Instance), rows.Skip(1).Select(row => Uri.UnescapeDataString(row[0]["s3://from/".Length..])));
        Assert.All(rows.Skip(1), row => Assert.Equal(row[0].Replace("s3://from/", "oss://to/", StringComparison.Ordinal), row[1]));
        Assert.All(rows.Skip(1).Select(row => row[0]), name => Assert.DoesNotContain(name, character => !char.IsAscii(character) || char.IsControl(character)));
        Assert.Contains(@"x\u202Egpj.exe", rows.Select(row => row[8]));
        Assert.Contains(@"\u0001ctl", rows.Select(row => row[8]));
        Assert.Contains("'=1+1", rows.Select(row => row[8]));
        Assert.DoesNotContain(rows.SelectMany(row => row), cell => cell.Length > 0 && "=+-@\t\r".Contains(cell[0], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_row_holds_the_checksums_that_prove_it()
    {
        using ReportBench report = new();
        report.Bench.Source.Seed("k", "content");
        report.Bench.Create();
        await report.Bench.RunAsync(cancellationToken: Token);

        IReadOnlyList<string> row = CsvFile.Read((await report.ExportAsync("one.csv", ReportFormat.Csv))[1])[1];

        const string md5 = "9a0364b9e99bb480dd25e1f0284c8555";
        Assert.Equal(["s3://from/k", "oss://to/k", "7", "7", md5, md5], row.Take(6));
        Assert.Equal((row[6], "k", "Copied", "ETagMd5"), (row[7], row[8], row[9], row[10]));
        Assert.NotEmpty(row[6]);
    }
}
