using System.Text.Json;
using OssMigration.Sandbox.Business;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Tests;

/// <summary>The live business: what it does in each phase, and that each of its numbers gets bad when it should.</summary>
public sealed class BusinessTests
{
    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_business_that_is_moved_well_finds_everything_as_it_left_it()
    {
        await using BusinessSandbox sandbox = await BusinessSandbox.StartAsync();

        await sandbox.LiveAsync();
        JsonElement verdict = await sandbox.VerifyAsync();
        JsonElement report = await sandbox.ReportAsync();

        Assert.Equal((0, 0, 0, 0, 0), Wrong(verdict));
        Assert.Equal(Number(verdict, "checked"), Number(verdict, "intact"));
        Assert.True(Number(verdict, "deleted") >= 16 && Number(verdict, "touched") > Number(verdict, "deleted"));
        Assert.Equal((0, 0, 0), Failed(report.GetProperty("total")));
        JsonElement phases = report.GetProperty("phases");
        Assert.Equal((0, 0), (Number(phases.GetProperty("frozen"), "overwrites"), Number(phases.GetProperty("frozen"), "deletes")));
        Assert.Equal(0, Number(phases.GetProperty("oss"), "deletes"));
        Assert.True(Number(phases.GetProperty("oss"), "heldBack") > 0);
        Assert.All(["source", "frozen", "oss", "settled"], phase => Assert.True(Number(phases.GetProperty(phase), "reads") > 0 && Number(phases.GetProperty(phase), "creates") > 0));
    }

    [Fact]
    public async Task What_was_spoiled_behind_its_back_is_found()
    {
        await using BusinessSandbox sandbox = await BusinessSandbox.StartAsync();
        await sandbox.LiveAsync();
        (string lost, string clobbered, string untouched) = await ThreeKeysAsync(sandbox);
        string resurrected = await DeletedKeyAsync(sandbox);

        await sandbox.Destination.DeleteAsync(lost, Aborted);
        await sandbox.Destination.WriteAsync(clobbered, new byte[7], Aborted);
        await sandbox.Destination.WriteAsync(untouched, new byte[BusinessSandbox.ObjectSize], Aborted);
        await sandbox.Destination.WriteAsync(resurrected, new byte[5], Aborted);
        await sandbox.Destination.WriteAsync("foreign", new byte[5], Aborted);
        JsonElement verdict = await sandbox.VerifyAsync();

        Assert.Equal((1, 2, 1, 0, 1), Wrong(verdict));
        Assert.Equal(4, Number(verdict, "checked") - Number(verdict, "intact"));
        string first = string.Join('\n', verdict.GetProperty("first").EnumerateArray());
        Assert.All([$"Lost: {lost} ", $"Clobbered: {clobbered} ", $"Clobbered: {untouched} ", $"Resurrected: {resurrected} ", "Unexpected: foreign "], line => Assert.Contains(line, first, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bytes_that_differ_at_the_same_length_in_a_key_that_the_business_wrote_are_found()
    {
        await using BusinessSandbox sandbox = await BusinessSandbox.StartAsync();
        await sandbox.LiveAsync();
        string written = (await ThreeKeysAsync(sandbox)).Lost;
        byte[] bytes = new byte[10_000];
        int size = await sandbox.Destination.ReadAsync(written, bytes, Aborted);

        bytes[size - 1] ^= 1;
        await sandbox.Destination.WriteAsync(written, bytes.AsMemory(0, size), Aborted);

        Assert.Equal((0, 1, 0, 0, 0), Wrong(await sandbox.VerifyAsync()));
    }

    [Fact]
    public async Task Reads_that_fail_or_bring_other_bytes_are_failed_reads()
    {
        await using BusinessSandbox sandbox = await BusinessSandbox.StartAsync();
        await sandbox.BeginAsync(",\"creates\":0,\"overwrites\":0,\"deletes\":0");

        await sandbox.PostAsync("/faults", """[{"side":"s3","operation":"GetObject","kind":"status","status":500,"code":"InternalError","times":2},{"side":"s3","operation":"GetObject","kind":"corruptBody","afterBytes":100}]""");
        await sandbox.UntilAsync("source", "failedReads", 3);
        await sandbox.PhaseAsync("stopped");
        JsonElement report = await sandbox.ReportAsync();

        Assert.Equal((3, 0, 0), Failed(report.GetProperty("total")));
        Assert.Equal(3, Number(report.GetProperty("windows")[0], "failed"));
        string failures = string.Join('\n', report.GetProperty("total").GetProperty("failures").EnumerateArray());
        Assert.Contains("500", failures, StringComparison.Ordinal);
        Assert.Contains("other bytes than were there at the beginning", failures, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_a_failure_and_a_failed_change_may_have_taken_place_or_not()
    {
        await using BusinessSandbox sandbox = await BusinessSandbox.StartAsync();
        await sandbox.PostAsync("/faults", """[{"side":"s3","operation":"PutObject","kind":"resetAfter","times":2},{"side":"s3","operation":"PutObject","kind":"delay","value":3000,"skip":10}]""");

        await sandbox.BeginAsync(",\"timeoutMs\":1000,\"reads\":0,\"deletes\":0");
        await sandbox.UntilAsync("source", "failedWrites", 3);
        await sandbox.PhaseAsync("stopped");
        await sandbox.MigrateAsync();
        JsonElement report = await sandbox.ReportAsync();
        JsonElement verdict = await sandbox.VerifyAsync();

        Assert.Contains("no answer within 1000 ms", report.GetProperty("total").GetProperty("failures").ToString(), StringComparison.Ordinal);
        Assert.Equal((0, 3), (Number(report.GetProperty("total"), "failedReads"), Number(report.GetProperty("total"), "failedWrites")));
        Assert.Equal((0, 0, 0, 0, 0), Wrong(verdict));
        Assert.Equal(3, Number(verdict, "uncertain"));
    }

    [Fact]
    public async Task When_others_fill_the_link_seconds_fall_short_and_latency_grows()
    {
        await using BusinessSandbox sandbox = await BusinessSandbox.StartAsync("2MB/s,2ms");
        await sandbox.BeginAsync(",\"operationsPerSecond\":40,\"minimumBytes\":3000,\"needBytesPerSecond\":120000,\"toleranceMs\":100,\"reads\":100,\"creates\":0,\"overwrites\":0,\"deletes\":0");
        await sandbox.PostAsync("/business/window", "{\"name\":\"alone\"}");
        await sandbox.UntilAsync("source", "operations", 120);

        await sandbox.PostAsync("/business/window", "{\"name\":\"during\"}");
        using (var enough = CancellationTokenSource.CreateLinkedTokenSource(Aborted))
        {
            Task[] others = [.. Enumerable.Range(0, 48).Select(_ => FillAsync(sandbox, enough.Token))];
            await sandbox.UntilAsync("source", "operations", 320);
            await enough.CancelAsync();
            await Task.WhenAll(others);
        }
        await sandbox.PhaseAsync("stopped");
        JsonElement[] windows = [.. (await sandbox.ReportAsync()).GetProperty("windows").EnumerateArray()];

        Assert.Equal(["start", "alone", "during"], windows.Select(window => window.GetProperty("name").GetString()));
        (JsonElement alone, JsonElement during) = (windows[1], windows[2]);
        Assert.True(Latency(during, "p95") > 2 * Latency(alone, "p95"), $"{alone} {during}");
        Assert.True(Number(during.GetProperty("need"), "shortSeconds") >= 2, $"{during}");
        Assert.True(during.GetProperty("need").GetProperty("smallestShare").GetDouble() < 0.9, $"{during}");
        Assert.True(Number(alone.GetProperty("need"), "shortSeconds") < Number(during.GetProperty("need"), "shortSeconds"), $"{alone}");
        Assert.True(during.GetProperty("link").GetProperty("otherDown").GetDouble() > 1_000_000, $"{during}");
        Assert.True(alone.GetProperty("link").GetProperty("otherDown").GetDouble() < 100_000, $"{alone}");
        Assert.True(alone.GetProperty("link").GetProperty("businessDown").GetDouble() > 50_000, $"{alone}");
    }

    [Fact]
    public async Task It_works_without_a_link_and_a_span_of_time_can_be_asked_for()
    {
        await using BusinessSandbox sandbox = await BusinessSandbox.StartAsync(link: null);
        DateTimeOffset from = DateTimeOffset.UtcNow;
        await sandbox.BeginAsync();

        // Those under way are counted before they are timed.
        await sandbox.UntilAsync("source", "operations", 70);

        JsonElement report = await sandbox.ReportAsync($"?from={from:O}&to={from.AddHours(1):O}");
        JsonElement before = await sandbox.ReportAsync($"?from={from.AddHours(-1):O}&to={from:O}");

        Assert.Equal(JsonValueKind.Null, report.GetProperty("span").GetProperty("link").ValueKind);
        Assert.True(Number(report.GetProperty("span"), "operations") >= 50);
        Assert.Equal(0, Number(before.GetProperty("span"), "operations"));
        Assert.Equal(BusinessSandbox.Population, Number(report, "population"));
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_with_the_reason()
    {
        await using BusinessSandbox sandbox = await BusinessSandbox.StartAsync(link: null);

        Assert.Contains("There is no business", await RefusalAsync(() => sandbox.ReportAsync()), StringComparison.Ordinal);
        Assert.Contains("not all 0", await RefusalAsync(() => sandbox.BeginAsync(",\"reads\":0,\"creates\":0,\"overwrites\":0,\"deletes\":0")), StringComparison.Ordinal);
        Assert.Contains("maximumBytes", await RefusalAsync(() => sandbox.BeginAsync(",\"minimumBytes\":5000")), StringComparison.Ordinal);
        Assert.Contains("NoSuchBucket", await RefusalAsync(() => sandbox.BeginAsync(",\"source\":{\"bucket\":\"no-such-bucket\"}")), StringComparison.Ordinal);
        await sandbox.BeginAsync();
        Assert.Contains("runs already", await RefusalAsync(() => sandbox.BeginAsync()), StringComparison.Ordinal);
        Assert.Contains("still runs", await RefusalAsync(sandbox.VerifyAsync), StringComparison.Ordinal);
        Assert.Contains("phase", await RefusalAsync(() => sandbox.PhaseAsync("sleeping")), StringComparison.Ordinal);
        Assert.Contains("'start' already", await RefusalAsync(() => sandbox.PostAsync("/business/window", "{\"name\":\"start\"}")), StringComparison.Ordinal);
        Assert.Contains("one of its numbers", await RefusalAsync(() => sandbox.UntilAsync("sleeping", "deletes", 1)), StringComparison.Ordinal);
        Assert.Contains("one of its numbers", await RefusalAsync(() => sandbox.UntilAsync("source", "failures", 1)), StringComparison.Ordinal);
        Assert.Contains("number to wait for", await RefusalAsync(() => sandbox.UntilAsync("source", "deletes", -1)), StringComparison.Ordinal);
        Assert.Contains("no moment", await RefusalAsync(() => sandbox.ReportAsync("?from=yesterday")), StringComparison.Ordinal);
    }

    private static async Task<string> RefusalAsync(Func<Task<JsonElement>> act) => (await Assert.ThrowsAsync<InvalidOperationException>(act)).Message;

    private static int Number(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    private static double Latency(JsonElement window, string name) => window.GetProperty("latency").GetProperty(name).GetDouble();

    private static (int Lost, int Clobbered, int Resurrected, int Unread, int Unexpected) Wrong(JsonElement verdict) =>
        (Number(verdict, "lost"), Number(verdict, "clobbered"), Number(verdict, "resurrected"), Number(verdict, "unread"), Number(verdict, "unexpected"));

    private static (int Reads, int Writes, int Deletes) Failed(JsonElement count) =>
        (Number(count, "failedReads"), Number(count, "failedWrites"), Number(count, "failedDeletes"));

    // Two keys that the business wrote, and one that it did not touch: its bytes at OSS are still those of the beginning.
    private static async Task<(string Lost, string Clobbered, string Untouched)> ThreeKeysAsync(BusinessSandbox sandbox)
    {
        List<string> written = [];
        string? untouched = null;
        await foreach (ListedObject listed in sandbox.Destination.ListAsync(Aborted))
        {
            if (listed.Key.Contains("-new-", StringComparison.Ordinal))
                written.Add(listed.Key);
            else if (listed.Size == BusinessSandbox.ObjectSize)
                untouched ??= listed.Key;
        }
        return (written[0], written[1], untouched!);
    }

    private static async Task<string> DeletedKeyAsync(BusinessSandbox sandbox)
    {
        HashSet<string> there = [];
        await foreach (ListedObject listed in sandbox.Destination.ListAsync(Aborted))
            there.Add(listed.Key);
        return Enumerable.Range(0, BusinessSandbox.Population).Select(BusinessSandbox.KeyAt).First(key => !there.Contains(key));
    }

    private static async Task FillAsync(BusinessSandbox sandbox, CancellationToken enough)
    {
        using var client = new BusinessClient(sandbox.Host.S3, sandbox.Host.Linked!.S3, new BusinessPlace { Bucket = "large" }, 1);
        string key = SyntheticFormula.Parse("flat,count=4,size=50000000").KeyAt(0);
        try
        {
            while (true)
                await client.HashAsync(key, enough);
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
    }
}
