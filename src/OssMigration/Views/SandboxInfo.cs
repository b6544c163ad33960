using System.Management.Automation;
using OssMigration.Core.Stores;
using OssMigration.Sandboxes;

namespace OssMigration.Views;

/// <summary>A sandbox that runs, with addresses and keys ready for use. The keys are valid for this sandbox only.</summary>
public sealed record SandboxInfo
{
    /// <summary>Its process id.</summary>
    public required int Pid { get; init; }

    /// <summary>The first S3 bucket, keys included for this process; through the link where there is one.</summary>
    public required StoreAddress Source { get; init; }

    /// <summary>The first OSS bucket, keys included for this process; through the link where there is one.</summary>
    public required StoreAddress Destination { get; init; }

    /// <summary>
    /// Where the S3 side listens, on this machine only. Never through the link: it is what the OSS side asks as the origin of
    /// a mirror rule, from one cloud to the other.
    /// </summary>
    public required Uri S3Endpoint { get; init; }

    /// <summary>The region of the S3 side.</summary>
    public required string S3Region { get; init; }

    /// <summary>The keys of the S3 side, for New-MigrationAddress and for other tools.</summary>
    public required PSCredential S3Credential { get; init; }

    /// <summary>Where the OSS side listens, on this machine only. Never through the link.</summary>
    public required Uri OssEndpoint { get; init; }

    /// <summary>The region of the OSS side.</summary>
    public required string OssRegion { get; init; }

    /// <summary>The keys of the OSS side.</summary>
    public required PSCredential OssCredential { get; init; }

    /// <summary>Where faults, clocks and limits are set, requests counted and the live business is led, on this machine only.</summary>
    public required Uri Admin { get; init; }

    /// <summary>The link's rate in each direction in bytes a second; null without a link.</summary>
    public long? LinkBandwidth { get; init; }

    /// <summary>How long a question and its answer travel through the link; null without a link.</summary>
    public TimeSpan? LinkLatency { get; init; }

    /// <summary>Asks the admin API: <c>$sandbox.Ask('/business').total.failedReads</c>.</summary>
    /// <param name="path">The path, with its query.</param>
    /// <returns>The answer as hashtables, arrays, texts and numbers; moments are texts in ISO 8601.</returns>
    /// <exception cref="InvalidOperationException">It refused, with its reason.</exception>
    public object? Ask(string path) => SandboxAdmin.Send(Admin, HttpMethod.Get, path, body: null);

    /// <summary>Tells the admin API something: <c>$sandbox.Tell('/business/phase', @{ phase = 'frozen' })</c>.</summary>
    /// <param name="path">The path.</param>
    /// <param name="body">Hashtables, arrays, texts and numbers.</param>
    /// <returns>The answer as hashtables, arrays, texts and numbers; null where it has none.</returns>
    /// <exception cref="InvalidOperationException">It refused, with its reason.</exception>
    public object? Tell(string path, object body) => SandboxAdmin.Send(Admin, HttpMethod.Post, path, body);

    /// <inheritdoc/>
    public override string ToString() => $"sandbox {Pid}";
}
