namespace OssMigration.Sandbox.Business;

/// <summary>What the business did in one phase, and how much of it failed. Counted when an operation ends. Guarded by its owner.</summary>
internal sealed class PhaseCount
{
    private const int KeptFailures = 10;

    /// <summary>The reads.</summary>
    public int Reads { get; private set; }

    /// <summary>The new keys.</summary>
    public int Creates { get; private set; }

    /// <summary>The overwrites.</summary>
    public int Overwrites { get; private set; }

    /// <summary>The deletes.</summary>
    public int Deletes { get; private set; }

    /// <summary>How many of the reads stand in the place of a change that was held back.</summary>
    public int HeldBack { get; private set; }

    /// <summary>The reads without an answer, with an error, with missing or with other bytes.</summary>
    public int FailedReads { get; private set; }

    /// <summary>The new keys and overwrites that failed.</summary>
    public int FailedWrites { get; private set; }

    /// <summary>The deletes that failed.</summary>
    public int FailedDeletes { get; private set; }

    /// <summary>What the first failures say.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>All operations.</summary>
    public int Operations => Reads + Creates + Overwrites + Deletes;

    /// <summary>Counts an operation.</summary>
    public void Count(BusinessOperation operation, string? failure)
    {
        int failed = failure is null ? 0 : 1;
        switch (operation.Action)
        {
            case BusinessAction.Read:
                Reads++;
                FailedReads += failed;
                break;
            case BusinessAction.Create:
                Creates++;
                FailedWrites += failed;
                break;
            case BusinessAction.Overwrite:
                Overwrites++;
                FailedWrites += failed;
                break;
            default:
                Deletes++;
                FailedDeletes += failed;
                break;
        }
        HeldBack += operation.IsHeldBack ? 1 : 0;
        if (failure is not null && Failures.Count < KeptFailures)
            Failures.Add(failure);
    }

    /// <summary>Adds what another one counted.</summary>
    public void Add(PhaseCount other)
    {
        Reads += other.Reads;
        Creates += other.Creates;
        Overwrites += other.Overwrites;
        Deletes += other.Deletes;
        HeldBack += other.HeldBack;
        FailedReads += other.FailedReads;
        FailedWrites += other.FailedWrites;
        FailedDeletes += other.FailedDeletes;
        Failures.AddRange(other.Failures.Take(KeptFailures - Failures.Count));
    }
}
