using System.Globalization;

namespace OssMigration.Benchmarks.Pump;

/// <summary>What the pump moves: every object of a bucket, one after the other, at a fixed concurrency.</summary>
internal sealed record PumpOptions
{
    /// <summary>Where content is read: endpoint and bucket.</summary>
    public required PumpEnd Source { get; init; }

    /// <summary>Where it is written.</summary>
    public required PumpEnd Destination { get; init; }

    /// <summary>Whether the destination speaks OSS; else S3 with a signed payload.</summary>
    public bool IsOss { get; init; } = true;

    /// <summary>Whether the source is listed and nothing is moved.</summary>
    public bool IsListOnly { get; init; }

    /// <summary>Objects at a time.</summary>
    public int Concurrency { get; init; } = 32;

    /// <summary>Objects above this size are moved in ranges and parts of this size.</summary>
    public long PartSize { get; init; } = 32L << 20;

    /// <summary>Reads the command line behind the verb.</summary>
    public static PumpOptions Parse(IReadOnlyList<string> arguments)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        for (int i = 0; i + 1 < arguments.Count; i += 2)
            values[arguments[i]] = arguments[i + 1];
        return new PumpOptions
        {
            Source = new PumpEnd(new Uri(values["--from"]), values["--from-bucket"], values["--from-region"], Keys("FROM")),
            Destination = new PumpEnd(new Uri(values["--to"]), values["--to-bucket"], values["--to-region"], Keys(values["--protocol"].ToUpperInvariant())),
            IsOss = values["--protocol"] == "oss",
            IsListOnly = values.GetValueOrDefault("--work") == "list",
            Concurrency = int.Parse(values["--concurrency"], CultureInfo.InvariantCulture),
        };
    }

    private static (string Id, string Secret) Keys(string name)
        => (Environment.GetEnvironmentVariable($"BENCH_{name}_ACCESS_KEY_ID")!, Environment.GetEnvironmentVariable($"BENCH_{name}_ACCESS_KEY_SECRET")!);
}

/// <summary>One end of the pump.</summary>
internal sealed record PumpEnd(Uri Endpoint, string Bucket, string Region, (string Id, string Secret) Keys)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Endpoint}{Bucket}";
}
