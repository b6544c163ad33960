using System.Management.Automation;
using OssMigration.Core.Stores;

namespace OssMigration.Views;

/// <summary>A sandbox that runs, with addresses and keys ready for use. The keys are valid for this sandbox only.</summary>
public sealed record SandboxInfo
{
    /// <summary>Its process id.</summary>
    public required int Pid { get; init; }

    /// <summary>The first S3 bucket, keys included for this process.</summary>
    public required StoreAddress Source { get; init; }

    /// <summary>The first OSS bucket, keys included for this process.</summary>
    public required StoreAddress Destination { get; init; }

    /// <summary>Where the S3 side listens, on this machine only.</summary>
    public required Uri S3Endpoint { get; init; }

    /// <summary>The region of the S3 side.</summary>
    public required string S3Region { get; init; }

    /// <summary>The keys of the S3 side, for New-MigrationAddress and for other tools.</summary>
    public required PSCredential S3Credential { get; init; }

    /// <summary>Where the OSS side listens, on this machine only.</summary>
    public required Uri OssEndpoint { get; init; }

    /// <summary>The region of the OSS side.</summary>
    public required string OssRegion { get; init; }

    /// <summary>The keys of the OSS side.</summary>
    public required PSCredential OssCredential { get; init; }

    /// <summary>Where faults, clocks and limits are set and requests counted, on this machine only.</summary>
    public required Uri Admin { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"sandbox {Pid}";
}
