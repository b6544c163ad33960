using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Lifecycle;

/// <summary>A lifecycle rule that may be set: every check has passed. Nothing was written yet.</summary>
public sealed record SourceLifecyclePlan
{
    internal SourceLifecyclePlan(SourceLifecycleRequest request, BucketDocument? standing, BucketDocument wanted, DateTimeOffset listedAt)
    {
        Request = request;
        Standing = standing;
        Wanted = wanted;
        ListedAt = listedAt;
    }

    /// <summary>The rule as the journal will keep it.</summary>
    public required LifecycleRecord Rule { get; init; }

    /// <summary>For people: what is deleted, when, on what proof, and the rule itself; a line each.</summary>
    public required IReadOnlyList<string> Description { get; init; }

    /// <summary>What the user should know though it does not forbid the rule, a sentence each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    internal SourceLifecycleRequest Request { get; }

    internal BucketDocument? Standing { get; }

    internal BucketDocument Wanted { get; }

    /// <summary>When the source was listed to its end.</summary>
    internal DateTimeOffset ListedAt { get; }
}
