namespace OssMigration.Sandbox.Oss.Lifecycle;

/// <summary>When something happens to an object: after days since it was modified, or when it was modified before a date.</summary>
internal sealed record LifecycleAge(int? Days, DateTimeOffset? CreatedBefore)
{
    /// <summary>Whether it is due: the days have passed since it was modified, or it was modified before the date.</summary>
    public bool IsDue(DateTimeOffset lastModified, DateTimeOffset now)
    {
        if (Days is { } days)
            return now >= lastModified.AddDays(days);
        return CreatedBefore is { } date && lastModified < date;
    }
}

/// <summary>A change of storage class.</summary>
internal sealed record LifecycleTransition(LifecycleAge Age, string StorageClass);

/// <summary>What a rule exempts inside its prefix.</summary>
internal sealed record LifecycleExemption(string Prefix, KeyValuePair<string, string>? Tag);

/// <summary>What a rule is about.</summary>
internal sealed record LifecycleScope(
    string Prefix,
    IReadOnlyList<KeyValuePair<string, string>> Tags,
    long? SizeGreaterThan,
    long? SizeLessThan,
    IReadOnlyList<LifecycleExemption> Exemptions)
{
    /// <summary>Whether an object is meant.</summary>
    public bool Covers(string key, long size, IReadOnlyList<KeyValuePair<string, string>> tags) =>
        key.StartsWith(Prefix, StringComparison.Ordinal)
        && Tags.All(tags.Contains)
        && (SizeGreaterThan is null || size > SizeGreaterThan)
        && (SizeLessThan is null || size < SizeLessThan)
        && !Exemptions.Any(e => key.StartsWith(e.Prefix, StringComparison.Ordinal) && (e.Tag is null || tags.Contains(e.Tag.Value)));
}

/// <summary>One rule of a lifecycle configuration.</summary>
internal sealed record LifecycleRule
{
    public required string Id { get; init; }

    public required bool Enabled { get; init; }

    public required LifecycleScope Scope { get; init; }

    public LifecycleAge? Expiration { get; init; }

    public bool ExpiredObjectDeleteMarker { get; init; }

    public IReadOnlyList<LifecycleTransition> Transitions { get; init; } = [];

    public LifecycleAge? AbortMultipartUpload { get; init; }

    public int? NoncurrentExpirationDays { get; init; }

    public IReadOnlyList<LifecycleTransition> NoncurrentTransitions { get; init; } = [];
}
