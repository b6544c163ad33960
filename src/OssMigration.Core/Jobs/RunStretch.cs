using OssMigration.Core.Journal;

namespace OssMigration.Core.Jobs;

/// <summary>What a run works with until it is resumed, begun again, or overtaken by the cut-over.</summary>
/// <param name="Job">The job as it was when the process began.</param>
/// <param name="Run">The run.</param>
/// <param name="Journal">The journal's one writer.</param>
/// <param name="Stores">Both ends.</param>
/// <param name="Cutover">The moment of cut-over as it is now.</param>
/// <param name="IsAfterCutover">Whether it had come when the stretch began: what the decisions of the stretch rest on.</param>
internal sealed record RunStretch(MigrationJob Job, RunRow Run, JournalWriter Journal, StoreChain Stores, CutoverClock Cutover, bool IsAfterCutover);

/// <summary>The moment from which nothing at the destination is overwritten. It may be set or moved while a run is under way. Thread-safe.</summary>
internal sealed class CutoverClock(TimeProvider time)
{
    private long _ticks = long.MaxValue;

    /// <summary>The moment; null for none.</summary>
    public DateTimeOffset? Moment
    {
        get => Interlocked.Read(ref _ticks) is var ticks and < long.MaxValue ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
        set => Interlocked.Exchange(ref _ticks, value?.UtcTicks ?? long.MaxValue);
    }

    /// <summary>Whether it has come.</summary>
    public bool HasCome => time.GetUtcNow().UtcTicks >= Interlocked.Read(ref _ticks);
}
