namespace OssMigration.Sandbox.Hosting;

/// <summary>
/// One planned fault, as the admin API takes it. Properties with a default have setters because the JSON source generator
/// gives init-only ones the default of their type instead.
/// </summary>
internal sealed record Fault
{
    /// <summary>"s3" or "oss".</summary>
    public required string Side { get; init; }

    /// <summary>The operation it waits for ("GetObject"), or "*" for any.</summary>
    public string Operation { get; set; } = "*";

    /// <summary>Exactly this key; null for any.</summary>
    public string? Key { get; set; }

    /// <summary>Keys that begin with this (for listings: the prefix asked for); null for any.</summary>
    public string? KeyPrefix { get; set; }

    /// <summary>The number of matching requests that it lets pass first.</summary>
    public int Skip { get; set; }

    /// <summary>How often it fires; negative for always. Default 1.</summary>
    public int Times { get; set; } = 1;

    /// <summary>What happens.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>The HTTP status for <see cref="FaultKind.Status"/>. Default 503.</summary>
    public int Status { get; set; } = 503;

    /// <summary>The error code for <see cref="FaultKind.Status"/>; null for an empty body.</summary>
    public string? Code { get; set; }

    /// <summary>Headers added to the answer.</summary>
    public Dictionary<string, string>? Headers { get; set; }

    /// <summary>The byte of the body at which it acts.</summary>
    public long AfterBytes { get; set; }

    /// <summary>Milliseconds for <see cref="FaultKind.Delay"/>, keys for <see cref="FaultKind.ShortPage"/>, a value for wrong ETags and CRCs.</summary>
    [System.Text.Json.Serialization.JsonConverter(typeof(LooseTextConverter))]
    public string? Value { get; set; }

    /// <summary>How often it fired.</summary>
    public int Fired { get; set; }
}

/// <summary>What a fault does. Names in JSON are in camel case.</summary>
internal enum FaultKind
{
    /// <summary>Answers status, code and headers; nothing is done.</summary>
    Status,

    /// <summary>Closes the connection before anything is done.</summary>
    ResetBefore,

    /// <summary>Closes the connection within the answer's body, or for a PUT while the request's body is read.</summary>
    ResetInBody,

    /// <summary>Does everything and closes the connection instead of answering.</summary>
    ResetAfter,

    /// <summary>Cuts the answer's body and closes the connection gracefully.</summary>
    Truncate,

    /// <summary>Flips one byte of the answer's body, or for a PUT of what is stored.</summary>
    CorruptBody,

    /// <summary>Answers a wrong CRC-64 (OSS).</summary>
    WrongCrc,

    /// <summary>Answers a wrong ETag.</summary>
    WrongETag,

    /// <summary>Lists fewer keys than asked for though more follow.</summary>
    ShortPage,

    /// <summary>Lists no key though more follow.</summary>
    EmptyPage,

    /// <summary>Leaves one entry out of a page without saying so.</summary>
    DropKey,

    /// <summary>Lists the page's entries out of order.</summary>
    UnorderedPage,

    /// <summary>Gives a token that leads to the same page again.</summary>
    RepeatPage,

    /// <summary>Lists from the start, whatever start-after or marker says.</summary>
    IgnoreStartAfter,

    /// <summary>Waits before the answer.</summary>
    Delay,
}
