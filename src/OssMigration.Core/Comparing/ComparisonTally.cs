using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Comparing;

/// <summary>Counts a comparison.</summary>
internal sealed class ComparisonTally
{
    private readonly ObjectCount[] _counts = new ObjectCount[Enum.GetValues<ComparisonStatus>().Length];
    private ObjectCount _goneAtSource;

    /// <summary>Whether a verdict is on an object that this job migrated and that is gone at the source since.</summary>
    public static bool IsGoneAtSource(EntryTriple triple, ComparisonStatus status) => status == ComparisonStatus.DestinationOnly && triple.Proved is not null;

    /// <summary>Counts one verdict.</summary>
    public void Count(EntryTriple triple, ComparisonStatus status)
    {
        long bytes = triple.Source?.Entry.Size ?? triple.Destination?.Size ?? 0;
        _counts[(int)status] = _counts[(int)status].Plus(bytes);
        if (IsGoneAtSource(triple, status))
            _goneAtSource = _goneAtSource.Plus(bytes);
    }

    /// <summary>Takes in the counts of a part.</summary>
    public void Add(ComparisonTally part)
    {
        for (int status = 0; status < _counts.Length; status++)
            _counts[status] += part._counts[status];
        _goneAtSource += part._goneAtSource;
    }

    /// <summary>Puts the counts into a summary and seals it with its digest.</summary>
    public ComparisonSummary Complete(ComparisonSummary summary)
    {
        ComparisonSummary counted = summary with
        {
            Same = Of(ComparisonStatus.Same),
            Different = Of(ComparisonStatus.Different),
            SourceOnly = Of(ComparisonStatus.SourceOnly),
            DestinationOnly = Of(ComparisonStatus.DestinationOnly),
            GoneAtSource = summary.JobName is null ? null : _goneAtSource,
            Superseded = Of(ComparisonStatus.Superseded),
            DeletedAtDestination = Of(ComparisonStatus.DeletedAtDestination),
            Unproved = Of(ComparisonStatus.Unproved),
        };
        return counted with { Digest = DigestOf(counted) };
    }

    /// <summary>SHA-256 (lower-case hex) over the summary without its digest.</summary>
    public static string DigestOf(ComparisonSummary summary) => Convert.ToHexString(SHA256.HashData(
        Encoding.UTF8.GetBytes(JsonSerializer.Serialize(summary with { Digest = "" }, JobJson.Options)))).ToLowerInvariant();

    private ObjectCount Of(ComparisonStatus status) => _counts[(int)status];
}
