using OssMigration.Core.Jobs;
using OssMigration.Core.Listing;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>Jobs as they are made, looked at, changed and removed.</summary>
public sealed class JobTests
{
    [Fact]
    public void All_contradictions_of_a_job_are_named_at_once()
    {
        MigrationJob job = EngineBench.JobOf() with
        {
            Name = "No Good Name",
            Destination = EngineBench.JobOf().Source,
            Filter = new ObjectFilter { MinSize = 10, MaxSize = 5 },
            Overwrite = OverwriteMode.Never,
            ClockSkewMargin = TimeSpan.FromDays(2),
            Concurrency = 0,
            MaxAttempts = 21,
            MemoryBudget = 1 << 20,
            PartSize = 1L << 40,
            SinglePutLimit = 0,
            MaxBytesPerSecond = 1,
        };
        using EngineBench bench = new();

        JobOptionException refusal = Assert.Throws<JobOptionException>(() => bench.Engine.CreateJob(job));

        foreach (string word in (string[])["name", "OSS bucket", "same place", "Concurrency", "MaxAttempts", "MemoryBudget", "PartSize", "SinglePutLimit", "MaxBytesPerSecond", "ClockSkewMargin"])
            Assert.Contains(refusal.Problems, problem => problem.Contains(word, StringComparison.Ordinal));
        Assert.True(refusal.Problems.Count >= 11);
        Assert.All(refusal.Problems, problem => Assert.Contains(problem, refusal.Message, StringComparison.Ordinal));
        Assert.Empty(bench.Engine.GetJobNames());
    }

    [Theory]
    [InlineData("abc", true)]
    [InlineData("a-1", true)]
    [InlineData("ab", false)]
    [InlineData("-ab", false)]
    [InlineData("ab-", false)]
    [InlineData("Abc", false)]
    [InlineData("a_c", false)]
    [InlineData("a/c", false)]
    [InlineData("../abc", false)]
    [InlineData("abc\n", false)]
    [InlineData("", false)]
    public void A_job_name_is_3_to_63_lower_case_letters_digits_and_hyphens(string name, bool isPossible)
    {
        Assert.Equal(isPossible, !JobOptionCheck.Problems(EngineBench.JobOf() with { Name = name }).Any());
        using EngineBench bench = new();
        Assert.Equal(JobStateError.NotFound, Assert.Throws<JobStateException>(() => bench.Engine.GetJob(name)).Error);
        Assert.Equal(JobStateError.NotFound, Assert.Throws<JobStateException>(() => bench.Engine.RemoveJob(name)).Error);
    }

    [Fact]
    public void A_job_name_of_64_characters_is_too_long()
    {
        Assert.Empty(JobOptionCheck.Problems(EngineBench.JobOf() with { Name = new string('a', 63) }));
        Assert.Single(JobOptionCheck.Problems(EngineBench.JobOf() with { Name = new string('a', 64) }));
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "copy/", true)]
    [InlineData("data/", "data/copy/", true)]
    [InlineData("data/old/", "data/", true)]
    [InlineData("data/", "copy/", false)]
    [InlineData("data/", "data2/", false)]
    public void A_job_within_one_bucket_must_not_copy_into_what_it_reads(string from, string to, bool overlaps)
    {
        StoreAddress bucket = EngineBench.JobOf().Destination;
        MigrationJob job = EngineBench.JobOf() with { Source = bucket with { Prefix = from }, Destination = bucket with { Prefix = to } };

        Assert.Equal(overlaps, JobOptionCheck.Problems(job).Any());
    }

    [Fact]
    public void A_destination_prefix_that_begins_with_a_slash_is_refused()
    {
        MigrationJob job = EngineBench.JobOf();
        foreach (string prefix in (string[])["/data/", "\\data"])
            Assert.Contains(JobOptionCheck.Problems(job with { Destination = job.Destination with { Prefix = prefix } }), problem => problem.Contains("prefix", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void A_second_job_of_the_same_name_is_refused()
    {
        using EngineBench bench = new();
        bench.Create();
        Assert.Equal(JobStateError.AlreadyExists, Assert.Throws<JobStateException>(() => bench.Create()).Error);
    }

    [Fact]
    public async Task The_state_of_a_job_tells_where_it_stands()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.Create();
        Assert.Equal((JobState.Created, null), (bench.Engine.GetJob(EngineBench.JobName).State, bench.Engine.GetJob(EngineBench.JobName).LastReport));

        bench.FaultySource.Plan(StoreOperation.Read, Fault.Throw(StoreErrorKind.Credential));
        await Assert.ThrowsAsync<StoreException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal((JobState.Stopped, RunStatus.Incomplete), (bench.Engine.GetJob(EngineBench.JobName).State, bench.Engine.GetJob(EngineBench.JobName).LastReport!.Status));

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport kept = bench.Engine.GetJob(EngineBench.JobName).LastReport!;
        Assert.Equal((JobState.Finished, report with { Fidelity = null }), (bench.Engine.GetJob(EngineBench.JobName).State, kept with { Fidelity = null }));
        Assert.Equal(report.Fidelity!, kept.Fidelity!);
        Assert.Equal([EngineBench.JobName], bench.Engine.GetJobNames());
        Assert.Equal(EngineBench.JobName, Assert.Single(bench.Engine.GetJobs()).Job.Name);
    }

    [Fact]
    public async Task A_removed_job_is_gone_and_its_objects_stay()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.Create();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        bench.Engine.RemoveJob(EngineBench.JobName);

        Assert.Empty(bench.Engine.GetJobNames());
        Assert.False(Directory.Exists(bench.JobPath));
        Assert.Equal(["k"], bench.Destination.Keys);
        Assert.Equal(JobStateError.NotFound, Assert.Throws<JobStateException>(() => bench.Engine.GetJob(EngineBench.JobName)).Error);
        Assert.Equal(JobStateError.NotFound, (await Assert.ThrowsAsync<JobStateException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken))).Error);
        bench.Create();
    }

    [Fact]
    public void Limits_and_cutover_can_be_changed_and_nothing_else_changes_the_fingerprint()
    {
        using EngineBench bench = new();
        MigrationJob made = bench.Create();
        DateTimeOffset cutover = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        MigrationJob changed = bench.Engine.SetJob(EngineBench.JobName, new JobChanges { MaxBytesPerSecond = 5000, Concurrency = 3, CutoverTime = cutover });

        Assert.Equal(changed, bench.Engine.GetJob(EngineBench.JobName).Job);
        Assert.Equal((5000L, 3, cutover, made.Fingerprint), (changed.MaxBytesPerSecond, changed.Concurrency, changed.CutoverTime, changed.Fingerprint));
        Assert.Throws<JobOptionException>(() => bench.Engine.SetJob(EngineBench.JobName, new JobChanges { Concurrency = 5000 }));
        Assert.Equal(changed, bench.Engine.GetJob(EngineBench.JobName).Job);
        MigrationJob[] others =
        [
            made with { Source = made.Source with { Bucket = "b2" } }, made with { Source = made.Source with { Prefix = "p" } },
            made with { Destination = made.Destination with { Prefix = "p" } }, made with { Overwrite = OverwriteMode.Never },
            made with { Mode = MigrationMode.Incremental },
            made with { Filter = new ObjectFilter { Exclude = ["x"] } }, made with { Filter = new ObjectFilter { MinSize = 1 } },
            made with { Filter = new ObjectFilter { Prefix = "p" } },
        ];
        Assert.Equal(others.Length + 1, others.Append(made).Select(job => job.Fingerprint).Distinct().Count());
    }

    [Fact]
    public async Task Prefixes_and_filter_cut_out_what_is_moved_and_where_to()
    {
        using EngineBench bench = new();
        foreach (string key in (string[])["data/2025/a", "data/2026/b", "data/2026/c.tmp", "other"])
            bench.Source.Seed(key, key);
        bench.Create(job => job with
        {
            Source = job.Source with { Prefix = "data/" },
            Destination = job.Destination with { Prefix = "moved/" },
            Filter = new ObjectFilter { Prefix = "2026/", Exclude = ["**/*.tmp"] },
        });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L, 1L), (report.Status, report.Copied.Objects, report.FilteredOut.Objects));
        Assert.Equal(["moved/2026/b"], bench.Destination.Keys);
        Assert.Equal(1, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Skipped.Objects);
    }

    [Fact]
    public async Task Headers_user_metadata_and_empty_objects_arrive_with_the_stamp()
    {
        using EngineBench bench = new();
        ObjectMetadata metadata = new()
        {
            ContentType = "text/html; charset=utf-8",
            CacheControl = "max-age=60",
            ContentDisposition = "attachment; filename=\"a.html\"",
            ContentEncoding = "gzip",
            ContentLanguage = "de-DE",
            Expires = "Wed, 21 Oct 2026 07:28:00 GMT",
            User = new Dictionary<string, string> { ["owner"] = "finance", ["empty"] = "" },
        };
        bench.Source.Seed("small", "x"u8.ToArray(), metadata);
        bench.Source.Seed("empty", [], metadata);
        bench.Source.Seed("large", EngineBench.Noise(3 << 20), metadata);
        bench.CreateForParts();

        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        foreach (string key in bench.Source.Keys)
        {
            ObjectMetadata arrived = bench.Destination.Find(key)!.Metadata;
            Assert.Equal(metadata with { User = arrived.User }, arrived);
            Dictionary<string, string> user = new(arrived.User);
            Assert.Equal(("finance", ""), (user["owner"], user["empty"]));
            Assert.Equal(bench.Source.Find(key)!.ETag, user["ossmigration-version"]);
            Assert.Equal(bench.Source.Find(key)!.LastModified, DateTimeOffset.Parse(user["ossmigration-modified"], System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(key == "large" ? 4 : 5, user.Count);
        }
    }

    [Fact]
    public async Task A_cutover_that_comes_while_a_run_is_under_way_holds_for_the_rest_of_it()
    {
        using EngineBench bench = new();
        for (int i = 0; i < 30; i++)
            bench.Source.Seed($"k{i:D2}", "ours");
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Before(async token =>
        {
            bench.NewEngine().SetJob(EngineBench.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow });
            bench.Destination.Seed("k20", "theirs");
            bench.Destination.Seed("large", "theirs");
            await Task.Delay(Timeout.Infinite, token);
        }), "k05");
        bench.CreateForParts(job => job with { Concurrency = 1 });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.CompleteWithExceptions, 2L, report.Listed), (report.Status, report.Conflict.Objects, report.Outcomes));
        Assert.Equal("theirs"u8.ToArray(), bench.Destination.Find("k20")!.Content);
        Assert.Equal("theirs"u8.ToArray(), bench.Destination.Find("large")!.Content);
        Assert.Contains(bench.Listener.Events, happened => happened.Message.Contains("ut-over", StringComparison.Ordinal));
    }
}
