using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Tests.Jobs;
using Xunit;

namespace OssMigration.Core.Tests.RemoteState;

/// <summary>The choice between two journals: never an older one where there is a newer.</summary>
public sealed class StateRulesTests
{
    public static TheoryData<(long, long)?, (long, long)?, string> Choices() => new()
    {
        // The first snapshot.
        { null, null, "Local" },

        // It was published, and the process ended before its journal knew.
        { null, (1, 1), "Snapshot" },
        { (1, 4), (1, 4), "Local" },
        { (1, 4), (1, 5), "Snapshot" },
        { (1, 4), (2, 1), "Snapshot" },
        { (2, 1), (1, 9), "Local" },
        { (1, 4), null, "Local" },
    };

    [Theory]
    [MemberData(nameof(Choices))]
    public void Of_a_journal_here_and_a_snapshot_the_newer_is_taken((long, long)? here, (long, long)? there, string expected)
        => Assert.Equal(expected, StateRules.Choose("any-job", Local(here), Taken(there), StateBench.Place).ToString());

    [Fact]
    public void Without_a_journal_here_the_snapshot_is_taken()
    {
        Assert.Equal(StateChoice.Snapshot, StateRules.Choose("any-job", new LocalState(null, null), Taken((1, 1)), StateBench.Place));
        Assert.Equal(StateChoice.Nothing, StateRules.Choose("any-job", new LocalState(null, null), newest: null, StateBench.Place));
    }

    [Fact]
    public void Of_another_job_or_at_another_place_nothing_is_taken()
    {
        Snapshot other = Taken((9, 9))! with { CreatedAt = DateTimeOffset.UnixEpoch };

        Assert.Equal("StateOtherJob", Assert.Throws<RefusedException>(() => StateRules.Choose("any-job", Local((1, 1)), other, StateBench.Place)).ErrorId);
        Assert.Equal("StateOtherPlace", Assert.Throws<RefusedException>(() => StateRules.Choose("any-job", Local((1, 1)), Taken((1, 1)), StateBench.Place with { Prefix = "b" })).ErrorId);
    }

    private static LocalState Local((long, long)? id)
        => new(EngineBench.JobOf(), id is { } at ? new StateMarker(StateBench.Place, new SnapshotId(at.Item1, at.Item2), CutoverTime: null) : null);

    private static Snapshot? Taken((long, long)? id) => id is { } at
        ? new Snapshot { Schema = 1, Id = new SnapshotId(at.Item1, at.Item2), Fingerprint = EngineBench.JobOf().Fingerprint, CreatedAt = EngineBench.JobOf().CreatedAt, TakenAt = default, Files = [] }
        : null;
}
