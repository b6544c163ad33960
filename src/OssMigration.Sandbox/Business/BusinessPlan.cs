namespace OssMigration.Sandbox.Business;

/// <summary>POST /business: what the live business is like. Properties with a default have setters for the JSON source generator's sake.</summary>
internal sealed record BusinessPlan
{
    /// <summary>Where it works before the switch: on the S3 side.</summary>
    public required BusinessPlace Source { get; init; }

    /// <summary>Where it works after it: on the OSS side. A key below the one prefix is the same object as below the other.</summary>
    public required BusinessPlace Destination { get; init; }

    /// <summary>How many operations fall due in a second.</summary>
    public double OperationsPerSecond { get; set; } = 100;

    /// <summary>The size of the smallest object that it writes, in bytes.</summary>
    public int MinimumBytes { get; set; } = 50_000;

    /// <summary>The size of the largest object that it writes, in bytes.</summary>
    public int MaximumBytes { get; set; } = 64_000;

    /// <summary>The share of reads, as a weight beside the other three.</summary>
    public double Reads { get; set; } = 80;

    /// <summary>The share of new keys.</summary>
    public double Creates { get; set; } = 10;

    /// <summary>The share of overwrites.</summary>
    public double Overwrites { get; set; } = 7;

    /// <summary>The share of deletes.</summary>
    public double Deletes { get; set; } = 3;

    /// <summary>What it needs of the link in each direction, in bytes a second: what is left is counted without it.</summary>
    public long NeedBytesPerSecond { get; set; }

    /// <summary>What keys, contents and choices are drawn from.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>The most requests at once; further operations wait, and their latency counts.</summary>
    public int MostInFlight { get; set; } = 64;

    /// <summary>After how many milliseconds from its due time an operation has failed.</summary>
    public int TimeoutMs { get; set; } = 10_000;

    /// <summary>How long after the end of a second what was due in it may still arrive, in milliseconds.</summary>
    public int ToleranceMs { get; set; } = 250;

    /// <summary>How many of the keys that are there at the beginning it knows; those that sort first.</summary>
    public int PopulationLimit { get; set; } = 100_000;

    /// <summary>Objects that are larger are there at the beginning but neither read nor changed.</summary>
    public int LargestReadBytes { get; set; } = 1_000_000;

    /// <summary>Refuses what cannot be done.</summary>
    /// <exception cref="ArgumentException">A value is impossible.</exception>
    public void Check()
    {
        Need(Source is { Bucket.Length: > 0, Prefix: not null } && Destination is { Bucket.Length: > 0, Prefix: not null }, "source and destination need a bucket");
        Need(OperationsPerSecond is >= 1 and <= 10_000, "operationsPerSecond is 1 to 10000");
        Need(MinimumBytes >= 1 && MaximumBytes >= MinimumBytes && LargestReadBytes >= MaximumBytes && LargestReadBytes <= 100_000_000,
            "1 <= minimumBytes <= maximumBytes <= largestReadBytes <= 100000000");
        Need(Reads >= 0 && Creates >= 0 && Overwrites >= 0 && Deletes >= 0 && double.IsFinite(Weight) && Weight > 0,
            "reads, creates, overwrites and deletes are not negative, and not all 0");
        Need(NeedBytesPerSecond >= 0, "needBytesPerSecond is not negative");
        Need(MostInFlight is >= 1 and <= 1000, "mostInFlight is 1 to 1000");
        Need(TimeoutMs is >= 1 and <= 600_000 && ToleranceMs is >= 0 and <= 60_000, "timeoutMs is 1 to 600000, toleranceMs 0 to 60000");
        Need(PopulationLimit is >= 0 and <= 1_000_000, "populationLimit is 0 to 1000000");
    }

    /// <summary>The sum of the shares.</summary>
    internal double Weight => Reads + Creates + Overwrites + Deletes;

    private static void Need(bool holds, string what)
    {
        if (!holds)
            throw new ArgumentException($"A business: {what}.");
    }
}

/// <summary>A bucket and the beginning of the keys in it that belong to the business.</summary>
internal sealed record BusinessPlace
{
    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The beginning of the keys; empty for all.</summary>
    public string Prefix { get; set; } = "";
}

/// <summary>What the business does where.</summary>
internal enum BusinessPhase
{
    /// <summary>Nothing.</summary>
    Stopped,

    /// <summary>Everything at the old provider.</summary>
    Source,

    /// <summary>Reads and new keys at the old provider; overwrites and deletes are held back.</summary>
    Frozen,

    /// <summary>
    /// Reads, new keys and overwrites at OSS; deletes are held back: what has not arrived cannot be deleted there. Nor is a key
    /// overwritten that was new while others were frozen: its dates at both ends are too near to prove who wrote it.
    /// </summary>
    Oss,

    /// <summary>Everything at OSS.</summary>
    Settled,
}

/// <summary>What an operation of the business does.</summary>
internal enum BusinessAction
{
    /// <summary>Reads an object that is there.</summary>
    Read,

    /// <summary>Writes a new key.</summary>
    Create,

    /// <summary>Writes a key that is there.</summary>
    Overwrite,

    /// <summary>Deletes a key that is there.</summary>
    Delete,
}
