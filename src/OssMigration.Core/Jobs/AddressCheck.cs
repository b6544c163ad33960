using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>What a check of an address found. Null for what was not asked or could not be found out.</summary>
public sealed record AddressCheck
{
    /// <summary>The address.</summary>
    public required StoreAddress Address { get; init; }

    /// <summary>True when an answer came at all.</summary>
    public bool IsReachable { get; init; }

    /// <summary>True when the bucket exists.</summary>
    public bool? BucketExists { get; init; }

    /// <summary>True when it may be listed.</summary>
    public bool? CanList { get; init; }

    /// <summary>True when objects may be read.</summary>
    public bool? CanRead { get; init; }

    /// <summary>True when objects may be written, found out by a multipart upload that is begun and aborted; null for a source.</summary>
    public bool? CanWrite { get; init; }

    /// <summary>The region that the store names.</summary>
    public string? Region { get; init; }

    /// <summary>Whether the bucket keeps old versions.</summary>
    public BucketVersioning Versioning { get; init; } = BucketVersioning.Unknown;

    /// <summary>The storage class that the bucket gives to what is written without one.</summary>
    public string? StorageClass { get; init; }

    /// <summary>What stands in the way, one sentence each; empty when the address can be used.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What a person should know though it stops nothing.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>True when the address can be used in its role.</summary>
    public bool IsUsable => Problems.Count == 0;
}

/// <summary>In which role an address is checked.</summary>
public enum AddressRole
{
    /// <summary>It is read.</summary>
    Source,

    /// <summary>It is read and written.</summary>
    Destination,
}
