using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Comparing;

public sealed class DecisionRulesTests
{
    private const string Md5 = "0123456789abcdef0123456789abcdef";
    private const string OtherMd5 = "fedcba9876543210fedcba9876543210";

    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly StoreLimits OssLimits = new MemoryStore(new MemoryStoreOptions { Flavor = StoreFlavor.Oss }).Limits;

    // Read from the top, the first row that fits decides; * fits everything, | separates alternatives.
    // "settled" and "destination" are as the job's memory knows them: the destination's ETag is the settled one (ours) or another (alien).
    private static readonly (string Cutover, string Mode, string Conflict, string Settled, string Destination, string Sizes, string ETags, string Expected)[] TruthTable =
    [
        ("before", "*", "*", "*", "none", "*", "*", "Copy"),
        ("before", "Always", "*", "*", "ours|alien", "*", "*", "Copy"),
        ("after", "*", "*", "seen|same|other", "none", "*", "*", "DeletedAtDestination"),
        ("after", "*", "*", "none", "none", "*", "*", "CopyIfFree"),
        ("*", "*", "*", "same", "ours", "equal", "*", "Same"),
        ("*", "*", "*", "*", "ours|alien", "equal", "md5", "Same"),
        ("*", "Never", "*", "*", "ours|alien", "*", "*", "LeaveAlone"),
        ("before", "IfDifferent", "*", "*", "ours|alien", "different", "*", "Copy"),
        ("before", "IfDifferent", "*", "other", "ours", "equal", "*", "Copy"),
        ("before", "IfDifferent", "*", "*", "ours|alien", "equal", "*", "Look, else Copy"),
        ("before", "IfNewer", "*", "same|other", "ours", "different", "*", "Copy"),
        ("before", "IfNewer", "*", "other", "ours", "equal", "*", "Copy"),
        ("before", "IfNewer", "*", "*", "ours|alien", "different", "*", "LeaveAlone"),
        ("before", "IfNewer", "*", "*", "ours|alien", "equal", "*", "Look, else LeaveAlone"),
        ("after", "*", "Overwrite", "same|other", "ours", "*", "*", "Replace"),
        ("after", "*", "Report", "same|other", "ours", "*", "*", "ChangedAtSource"),
        ("after", "*", "*", "none|seen", "alien", "*", "*", "Look, else Contest"),
        ("after", "*", "*", "same", "alien", "different", "*", "OverwrittenAtDestination"),
        ("after", "*", "*", "same", "alien", "equal", "*", "Look, else OverwrittenAtDestination"),
        ("after", "*", "*", "other", "alien", "different", "*", "ChangedAtBothEnds"),
        ("after", "*", "*", "other", "alien", "equal", "*", "Look, else ChangedAtBothEnds"),
    ];

    [Fact]
    public void Every_situation_is_decided_as_the_truth_table_says()
    {
        List<string> wrong = [];
        HashSet<int> used = [];
        int situations = 0;
        foreach (string cutover in (string[])["before", "after"])
            foreach (OverwriteMode mode in Enum.GetValues<OverwriteMode>())
                foreach (ConflictAction conflict in Enum.GetValues<ConflictAction>())
                    foreach (string settled in (string[])["none", "seen", "same", "other"])
                        foreach (string destination in (string[])["none", "ours", "alien"])
                            foreach (string sizes in (string[])["equal", "different"])
                                foreach (string etags in (string[])["md5", "kms", "multipart"])
                                {
                                    if (settled is "none" or "seen" && destination == "ours")
                                        continue;
                                    situations++;
                                    int row = Array.FindIndex(TruthTable, row =>
                                        Fits(row.Cutover, cutover) && Fits(row.Mode, mode.ToString()) && Fits(row.Conflict, conflict.ToString())
                                        && Fits(row.Settled, settled) && Fits(row.Destination, destination) && Fits(row.Sizes, sizes) && Fits(row.ETags, etags));
                                    string situation = $"{cutover} {mode} {conflict} settled={settled} destination={destination} sizes={sizes} etags={etags}";
                                    Assert.True(row >= 0, situation);
                                    used.Add(row);
                                    string actual = Say(Rules(mode, cutover == "after", conflict).Decide(Situation(settled, destination, sizes, etags)));
                                    if (actual != TruthTable[row].Expected)
                                        wrong.Add($"{situation}: {actual} instead of {TruthTable[row].Expected}");
                                }

        Assert.Empty(wrong);
        Assert.Equal(TruthTable.Length, used.Count);
        Assert.Equal(2 * 4 * 2 * 10 * 2 * 3, situations);
    }

    [Fact]
    public void What_was_deleted_at_the_destination_and_changed_at_the_source_has_a_name_of_its_own()
    {
        DecisionRules rules = Rules(OverwriteMode.IfDifferent, isAfterCutover: true);

        Assert.Equal("DeletedAtDestination", KindOf(rules.Decide(Situation("same", "none", "equal", "md5"))));
        Assert.Equal("DeletedAndChangedAtSource", KindOf(rules.Decide(Situation("other", "none", "equal", "md5"))));

        static string KindOf(TransferAction action) => ((TransferOutcome.Exceptional)((TransferAction.Settle)action).Outcome).ErrorKind;
    }

    [Fact]
    public void What_this_job_never_proved_is_not_gone_at_the_source_and_replacing_an_archived_object_waits_for_its_restore()
    {
        DecisionRules rules = Rules(OverwriteMode.IfDifferent, isAfterCutover: true, ConflictAction.Overwrite);
        EntryTriple replaceable = Situation("other", "ours", "equal", "kms");

        Assert.Equal("DestinationOnly", Say(rules.Decide(Situation("seen", "alien", "equal", "md5") with { Source = null })));
        Assert.Equal("Replace", Say(rules.Decide(replaceable)));
        Assert.Equal("NeedsRestore", Say(rules.Decide(replaceable with
        {
            Source = replaceable.Source!.Value with { Entry = replaceable.Source.Value.Entry with { Availability = ObjectAvailability.NeedsRestore } },
        })));
    }

    [Theory]
    [InlineData(ProofKind.FoundETag, true)]
    [InlineData(ProofKind.HashRead, true)]
    [InlineData(ProofKind.ETagMd5, false)]
    [InlineData(ProofKind.Crc64, false)]
    [InlineData(ProofKind.Stamp, false)]
    [InlineData(ProofKind.FoundWhole, false)]
    public void Headers_are_compared_of_what_was_found_and_not_of_what_this_job_wrote_or_compared_before(ProofKind proof, bool isCompared)
    {
        EntryTriple triple = Situation("same", "ours", "equal", "kms");
        triple = triple with { Settled = triple.Settled! with { Proof = proof } };
        MigrationJob job = EngineBench.JobOf() with { RepairMetadata = true };

        Assert.Equal(isCompared ? "Repair" : "Same", Say(new DecisionRules(job, OssLimits, isAfterCutover: true).Decide(triple)));
        Assert.Equal("Same", Say(Rules(OverwriteMode.IfDifferent, isAfterCutover: true).Decide(triple)));
    }

    [Theory]
    [InlineData(121, "Copy")]
    [InlineData(120, "LeaveAlone")]
    [InlineData(0, "LeaveAlone")]
    [InlineData(-3600, "LeaveAlone")]
    public void IfNewer_copies_over_a_foreign_object_only_when_the_source_is_newer_by_more_than_the_margin(int seconds, string expected)
    {
        EntryTriple triple = Situation("none", "alien", "different", "kms");
        triple = triple with { Source = triple.Source!.Value with { Entry = triple.Source.Value.Entry with { LastModified = Noon.AddSeconds(seconds) } } };

        Assert.Equal(expected, Say(Rules(OverwriteMode.IfNewer, isAfterCutover: false).Decide(triple)));
    }

    [Theory]
    [InlineData("none", "none", "equal", "md5", "NeedsRestore")]
    [InlineData("none", "alien", "different", "md5", "NeedsRestore")]
    [InlineData("none", "alien", "equal", "kms", "Look, else NeedsRestore")]
    [InlineData("none", "alien", "equal", "md5", "Same")]
    [InlineData("same", "ours", "equal", "kms", "Same")]
    public void An_archived_object_waits_for_its_restore_unless_it_is_there_already(string settled, string destination, string sizes, string etags, string expected)
    {
        EntryTriple triple = Situation(settled, destination, sizes, etags);
        triple = triple with { Source = triple.Source!.Value with { Entry = triple.Source.Value.Entry with { Availability = ObjectAvailability.NeedsRestore } } };

        Assert.Equal(expected, Say(Rules(OverwriteMode.IfDifferent, isAfterCutover: false).Decide(triple)));
    }

    [Fact]
    public void An_archived_object_is_restored_where_the_job_says_for_how_long_and_what_it_may_replace_stays_said()
    {
        EntryTriple triple = Situation("other", "ours", "equal", "kms");
        triple = triple with { Source = triple.Source!.Value with { Entry = triple.Source.Value.Entry with { Availability = ObjectAvailability.NeedsRestore } } };
        MigrationJob job = EngineBench.JobOf() with { RestoreDays = 3, ConflictAction = ConflictAction.Overwrite };

        Assert.Equal(OverwriteGuard.Allowed, GuardOf(triple, isAfterCutover: false));
        Assert.Equal(OverwriteGuard.Forbidden, GuardOf(triple with { Settled = null, Destination = null }, isAfterCutover: true));
        Assert.Same(triple.Settled, GuardOf(triple, isAfterCutover: true).Ours);

        OverwriteGuard GuardOf(EntryTriple triple, bool isAfterCutover)
            => Assert.IsType<TransferAction.Restore>(new DecisionRules(job, OssLimits, isAfterCutover).Decide(triple)).Overwrite;
    }

    [Theory]
    [InlineData(InvalidKeyAction.Skip, MigrationItemState.KeySkipped, "KeySkipped")]
    [InlineData(InvalidKeyAction.Fail, MigrationItemState.Unsupported, "NotPossibleAtDestination")]
    public void A_key_that_the_destination_cannot_hold_is_named_as_the_job_says_and_with_its_reason(InvalidKeyAction action, MigrationItemState state, string kind)
    {
        EntryTriple triple = new("/a", new ListedEntry(new ObjectEntry("/a", 1, new SourceVersion(Md5), Md5, Noon), false, 1, 1), null, null);
        MigrationJob job = EngineBench.JobOf() with { InvalidKeyAction = action };

        TransferAction.Settle settle = Assert.IsType<TransferAction.Settle>(new DecisionRules(job, OssLimits, isAfterCutover: false).Decide(triple));
        TransferOutcome.Exceptional outcome = Assert.IsType<TransferOutcome.Exceptional>(settle.Outcome);

        Assert.Equal((state, kind), (outcome.State, outcome.ErrorKind));
        Assert.Equal(outcome.Message, Assert.Single(outcome.Refusal!.Value.Findings!).Reason);
    }

    [Theory]
    [InlineData("0123456789abcdefABCDEF0123456789", true)]
    [InlineData("0123456789abcdef0123456789abcdef", true)]
    [InlineData("0123456789abcdef0123456789abcdeg", false)]
    [InlineData("0123456789abcdef0123456789abcde", false)]
    [InlineData("0123456789abcdef0123456789abcdef0", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void An_ETag_has_the_form_of_an_MD5_or_proves_nothing(string? etag, bool isMd5)
    {
        ObjectEntry source = new("k", 1, new SourceVersion("v"), etag, Noon);

        Assert.Equal((isMd5, isMd5), (Identity.LooksLikeMd5(etag), Identity.LooksLikeMd5(StoreTag.Of(etag))));
        Assert.Equal(isMd5, Identity.SameByETag(source, source));
        Assert.False(Identity.SameByETag(source, source with { Size = 2 }));
        Assert.Equal(etag is not null, Identity.SameETag(etag, etag?.ToUpperInvariant()));
    }

    [Theory]
    [InlineData("/a")]
    [InlineData("\\a")]
    [InlineData("//")]
    public void A_key_that_begins_with_a_slash_or_backslash_is_unsupported(string key) => Assert.Equal("Unsupported", Say(Decide(key)));

    [Fact]
    public void A_key_of_1023_bytes_is_copied_and_one_of_1024_is_unsupported()
    {
        Assert.Equal("Copy", Say(Decide(new string('k', 1023))));
        Assert.Equal("Unsupported", Say(Decide(new string('k', 1024))));
        Assert.Equal("Copy", Say(Decide(new string('\u00fc', 511) + "k")));
        Assert.Equal("Unsupported", Say(Decide(new string('\u00fc', 512))));
    }

    [Fact]
    public void An_object_beyond_the_largest_possible_is_unsupported()
    {
        EntryTriple triple = new("k", new ListedEntry(new ObjectEntry("k", OssLimits.MaxObjectBytes + 1, new SourceVersion("v"), "v", Noon), false, 1, 1), null, null);

        Assert.Equal("Unsupported", Say(Rules(OverwriteMode.IfDifferent, isAfterCutover: false).Decide(triple)));
    }

    [Fact]
    public void What_is_at_one_end_only_is_told_apart()
    {
        EntryTriple both = Situation("same", "ours", "equal", "md5");
        DecisionRules rules = Rules(OverwriteMode.IfDifferent, isAfterCutover: false);

        Assert.Equal("GoneAtSource", Say(rules.Decide(both with { Source = null })));
        Assert.Equal("AtNeitherEnd", Say(rules.Decide(both with { Source = null, Destination = null })));
        Assert.Equal("DestinationOnly", Say(rules.Decide(both with { Source = null, Settled = null })));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_at_neither_end_is_forgotten_before_cut_over_only(bool isAfterCutover) => Assert.Equal(
        new TransferAction.Settle(new TransferOutcome.AtNeitherEnd(IsForgotten: !isAfterCutover)),
        Rules(OverwriteMode.IfDifferent, isAfterCutover).Decide(Situation("same", "none", "equal", "md5") with { Source = null }));

    [Fact]
    public void What_the_filter_left_out_is_left_alone_even_when_the_destination_could_not_hold_it()
    {
        EntryTriple triple = new("/a", new ListedEntry(new ObjectEntry("/a", 1, new SourceVersion("v"), "v", Noon), IsFilteredOut: true, 0, 0), null, null);

        Assert.Equal("FilteredOut", Say(Rules(OverwriteMode.Always, isAfterCutover: false).Decide(triple)));
    }

    private static bool Fits(string pattern, string value) => pattern == "*" || pattern.Split('|').Contains(value);

    private static TransferAction Decide(string key) => Rules(OverwriteMode.IfDifferent, isAfterCutover: false)
        .Decide(new EntryTriple(key, new ListedEntry(new ObjectEntry(key, 1, new SourceVersion(Md5), Md5, Noon), false, 1, 1), null, null));

    private static DecisionRules Rules(OverwriteMode mode, bool isAfterCutover, ConflictAction conflict = ConflictAction.Report)
        => new(EngineBench.JobOf() with { Overwrite = mode, ConflictAction = conflict }, OssLimits, isAfterCutover);

    private static EntryTriple Situation(string settled, string destination, string sizes, string etags)
    {
        (string sourceETag, string destinationETag) = etags switch
        {
            "md5" => (Md5, Md5.ToUpperInvariant()),
            "kms" => (Md5, OtherMd5.ToUpperInvariant()),
            _ => (Md5 + "-2", OtherMd5.ToUpperInvariant() + "-2"),
        };
        ObjectEntry source = new("key", 100, new SourceVersion(sourceETag), sourceETag, Noon);
        ObjectEntry? there = destination == "none"
            ? null
            : new ObjectEntry("key", sizes == "equal" ? 100 : 101, new SourceVersion(destinationETag), destinationETag, Noon);
        SettledEntry? memory = settled == "none"
            ? null
            : new SettledEntry(
                "key", 100, new SourceVersion(settled == "same" ? sourceETag : "another version"),
                destination == "ours" ? destinationETag.ToLowerInvariant() : "another etag", 7, settled == "seen" ? ProofKind.Seen : ProofKind.Crc64);
        return new EntryTriple("key", new ListedEntry(source, false, 1, 100), memory, there);
    }

    private static string Say(TransferAction action) => action switch
    {
        TransferAction.Copy copy when copy.Overwrite == OverwriteGuard.Allowed => "Copy",
        TransferAction.Copy copy when copy.Overwrite == OverwriteGuard.Forbidden => "CopyIfFree",
        TransferAction.Copy => "Replace",
        TransferAction.Inspect inspect => $"Look, else {Say(inspect.Otherwise)}",
        TransferAction.Settle { Outcome: TransferOutcome.Skipped { Settled: null } } => "LeaveAlone",
        TransferAction.Settle { Outcome: TransferOutcome.Skipped } => "Same",
        TransferAction.Repair => "Repair",
        TransferAction.Contest => "Contest",
        TransferAction.Settle { Outcome: TransferOutcome.Exceptional { State: MigrationItemState.Conflict } conflict } => conflict.ErrorKind,
        TransferAction.Settle { Outcome: TransferOutcome.Exceptional exceptional } => exceptional.State.ToString(),
        TransferAction.Settle settle => settle.Outcome.Kind.ToString(),
        _ => action.ToString(),
    };
}
