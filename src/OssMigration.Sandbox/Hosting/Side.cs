using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Hosting;

/// <summary>
/// One of the two clouds of the sandbox: everything that is shared by the requests of one endpoint. The protocol itself is
/// an <see cref="ISideHandler"/>.
/// </summary>
internal sealed class Side
{
    /// <summary>Creates a side without buckets.</summary>
    public Side(string name, string region, string accessKeyId, string accessKeySecret, TimeProvider realTime)
    {
        Name = name;
        Region = region;
        AccessKeyId = accessKeyId;
        AccessKeySecret = accessKeySecret;
        Clock = new SideClock(realTime);
        Buckets = new BucketRegistry(region, Clock);
    }

    /// <summary>"s3" or "oss".</summary>
    public string Name { get; }

    /// <summary>The region that the endpoint stands for: us-east-1, cn-hangzhou.</summary>
    public string Region { get; }

    /// <summary>The id of the only access key.</summary>
    public string AccessKeyId { get; }

    /// <summary>The secret of the only access key.</summary>
    public string AccessKeySecret { get; }

    /// <summary>Temporary key pairs besides it (OSS).</summary>
    public TemporaryCredentials Temporary { get; } = new();

    /// <summary>The clock behind Date, Last-Modified, the signature window and lifecycle.</summary>
    public SideClock Clock { get; }

    /// <summary>The planned faults.</summary>
    public FaultPlan Faults { get; } = new();

    /// <summary>Latency, bandwidth and request rate.</summary>
    public SideLimits Limits { get; } = new();

    /// <summary>What was asked so far.</summary>
    public RequestStatistics Statistics { get; } = new();

    /// <summary>Habits of mirroring (OSS).</summary>
    public Oss.Website.WebsiteHabits Website { get; } = new();

    /// <summary>The buckets.</summary>
    public BucketRegistry Buckets { get; }

    /// <summary>The name only: never the key.</summary>
    public override string ToString() => Name;
}

/// <summary>Speaks the protocol of one side.</summary>
internal interface ISideHandler
{
    /// <summary>Answers one request. Exceptions end in a 500 or, when the answer has begun, in a closed connection.</summary>
    Task HandleAsync(HttpContext context, Side side);
}
