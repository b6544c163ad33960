using System.Text;
using CsCheck;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Fidelity;

/// <summary>Keys that OSS cannot hold: the form they get there, the destination as it is shown, and jobs that move them.</summary>
public sealed class EncodedKeyTests
{
    private static readonly StoreLimits Oss = new() { MaxKeyBytes = 1023, ForbiddenFirstCharacters = "/\\" };
    private static readonly string[] Odd = ["/", "/a", "//", "\\a", "/a/b", KeyEncoding.Prefix, KeyEncoding.Prefix + "%2Fa", KeyEncoding.Prefix + "sha256/0", new('k', 1024), "/" + new string('\u00e9', 511), "\U0001F600" + new string('k', 1022)];
    private static readonly string[] Plain = ["a", "0", "ossmigration", "ossmigration-key", "ossmigration-keyt", "z/b", "\uffee", "\U00010000"];

    private static readonly Gen<string> Keys = Gen.OneOf(
        Gen.Int[0, Odd.Length - 1].Select(place => Odd[place]),
        Gen.Int[0, Plain.Length - 1].Select(place => Plain[place]),
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 50]).Select((first, rest) => $"{"/\\ao"[first]}{rest}"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void An_encoded_key_can_be_held_and_stands_for_exactly_one_key()
        => Keys.Array[1, 20].Sample(keys =>
        {
            KeyEncoding encoding = new(Oss);
            string[] distinct = [.. keys.Distinct()];

            Assert.All(distinct, key => Assert.Null(Oss.WhyUnsupported(encoding.Encode(key), 0)));
            Assert.Equal(distinct.Length, distinct.Select(encoding.Encode).Distinct().Count());
            Assert.All(distinct.Where(encoding.IsNeeded), key => Assert.Equal(key, encoding.Decode(encoding.Encode(key), HeaderForm.Word(key))));
            Assert.All(distinct.Where(key => !encoding.IsNeeded(key)), key => Assert.Equal(key, encoding.Encode(key)));
        });

    [Theory]
    [InlineData("/a/b", "ossmigration-keys/%2Fa/b")]
    [InlineData("\\a", "ossmigration-keys/%5Ca")]
    [InlineData("ossmigration-keys/a", "ossmigration-keys/%6Fssmigration-keys/a")]
    [InlineData("a/b", "a/b")]
    public void The_form_is_the_documented_one(string key, string stored) => Assert.Equal(stored, new KeyEncoding(Oss).Encode(key));

    [Theory]
    [InlineData("ossmigration-keys/%61b")]
    [InlineData("ossmigration-keys/b")]
    [InlineData("ossmigration-keys/%zz")]
    [InlineData("ossmigration-keys/")]
    public void What_only_looks_like_an_encoded_key_stands_for_none(string stored) => Assert.Null(new KeyEncoding(Oss).Decode(stored));

    [Fact]
    public void A_listing_has_every_key_once_in_order_whatever_the_pages_and_the_start()
        => Gen.Select(Keys.Array[0, 30], Gen.Int[1, 4], Keys, Gen.Bool).Sample((keys, pageSize, start, fromStart) =>
        {
            string[] expected = [.. keys.Distinct().Order(KeyOrder.Instance).Where(key => fromStart || KeyOrder.CompareKeys(key, start) > 0)];
            MemoryStore inner = new(new MemoryStoreOptions { Flavor = StoreFlavor.Oss, PageSize = pageSize });
            EncodedKeyStore shown = new(inner, new KeyEncoding(inner.Limits));
            foreach (string key in keys.Distinct())
                Put(shown, key);

            List<string> listed = [];
            int declared = 0;
            string? token = null;
            do
            {
                ListPage page = shown.ListPageAsync(new ListPageRequest("", fromStart ? null : start, token, 1000), CancellationToken.None).GetAwaiter().GetResult();
                listed.AddRange(page.Entries.Select(entry => entry.Key));
                declared += page.DeclaredCount;
                token = page.ContinuationToken;
            }
            while (token is not null);

            Assert.Equal(expected, listed);
            Assert.Equal(expected.Length, declared);
        });

    [Fact]
    public async Task A_job_that_encodes_copies_proves_compares_and_settles_such_objects_by_their_own_keys()
    {
        using EngineBench bench = new();
        foreach (string key in (string[])["/leading", "\\back", "a", KeyEncoding.Prefix + "own", new('k', 1024)])
            bench.Source.Seed(key, $"content of {key}");
        bench.Source.Seed("/large", EngineBench.Noise(3 << 20));
        bench.CreateForParts(job => job with { InvalidKeyAction = InvalidKeyAction.Encode });

        MigrationReport first = await bench.RunAsync(cancellationToken: Token);
        MigrationReport second = await bench.RunAsync(cancellationToken: Token);
        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await bench.CompareAsync();

        Assert.Equal((RunStatus.Complete, 6L), (first.Status, first.Copied.Objects));
        Assert.Equal((RunStatus.Complete, 6L, 0L), (second.Status, second.Skipped.Objects, second.DestinationOnly.Objects));
        Assert.True(summary.IsClean, string.Join(", ", items));
        Assert.NotNull(bench.Destination.Find("ossmigration-keys/%2Fleading"));
        Assert.NotNull(bench.Destination.Find("ossmigration-keys/%2Flarge"));
        Assert.Contains(bench.Engine.GetChangedObjects(EngineBench.JobName, 1), changed => changed.Key == "/leading" && changed.Findings[0].Reason.Contains("ossmigration-keys/%2Fleading", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_gone_changed_or_overwritten_is_told_of_encoded_objects_as_of_others()
    {
        using EngineBench bench = new();
        foreach (string key in (string[])["/gone", "/changed", "/kept", "a"])
            bench.Source.Seed(key, $"content of {key}");
        bench.Create(job => job with { InvalidKeyAction = InvalidKeyAction.Encode });
        await bench.RunAsync(cancellationToken: Token);
        bench.Source.Remove("/gone");
        bench.Source.Seed("/changed", "other content");

        MigrationReport second = await bench.RunAsync(options: new RunOptions { RemoveDeleted = true, MaximumRemoved = 1 }, cancellationToken: Token);

        Assert.Equal((1L, 1L), (second.Changed.Objects, second.Removed.Objects));
        Assert.Null(bench.Destination.Find("ossmigration-keys/%2Fgone"));

        bench.Destination.Remove("ossmigration-keys/%2Fkept");
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow });
        await bench.RunAsync(cancellationToken: Token);
        Assert.Equal((MigrationItemState.DeletedAtDestination, "/kept"), bench.Items().Select(item => (item.State, item.Key)).Single());
    }

    [Fact]
    public async Task A_job_that_skips_leaves_them_out_and_is_complete_but_no_comparison_is_clean()
    {
        using EngineBench bench = new();
        bench.Source.Seed("/leading", "x");
        bench.Source.Seed("a", "y");
        bench.Create(job => job with { InvalidKeyAction = InvalidKeyAction.Skip });

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);
        (_, ComparisonSummary summary) = await bench.CompareAsync();

        Assert.Equal((RunStatus.Complete, 1L, 1L), (report.Status, report.Skipped.Objects, report.Copied.Objects));
        Assert.Equal(MigrationItemState.KeySkipped, Assert.Single(bench.Items()).State);
        Assert.Equal(1, Assert.Single(report.Fidelity!, total => total.Aspect == FidelityAspect.Key).Happened.Objects);
        Assert.Equal((false, 1L), (summary.IsClean, summary.SourceOnly.Objects));
    }

    [Fact]
    public void The_action_is_part_of_the_fingerprint()
    {
        MigrationJob job = EngineBench.JobOf();
        Assert.Equal(3, Enum.GetValues<InvalidKeyAction>().Select(action => (job with { InvalidKeyAction = action }).Fingerprint).Distinct().Count());
        Assert.Equal(job.Fingerprint, (job with { InvalidKeyAction = InvalidKeyAction.Fail }).Fingerprint);
    }

    [Theory]
    [InlineData(InvalidKeyAction.Encode, false, true)]
    [InlineData(InvalidKeyAction.Encode, true, false)]
    [InlineData(InvalidKeyAction.Fail, false, false)]
    public void A_source_with_encoded_keys_is_not_deleted_before_that_is_accepted(InvalidKeyAction action, bool isAccepted, bool isRefused)
    {
        MigrationJob job = EngineBench.JobOf() with { InvalidKeyAction = action };

        RefusedException? refusal = Record.Exception(() => JobGate.CheckKeys(job, isAccepted)) as RefusedException;

        Assert.Equal(isRefused ? "LifecycleKeysEncoded" : null, refusal?.ErrorId);
    }

    private static void Put(EncodedKeyStore store, string key)
    {
        using MemoryStream body = new(Encoding.UTF8.GetBytes("x"));
        ObjectMetadata metadata = new() { User = new Dictionary<string, string> { [KeptNames.Key] = HeaderForm.Word(key) } };
        store.PutAsync(new PutRequest(key, body, metadata), CancellationToken.None).GetAwaiter().GetResult();
    }
}
