using OssMigration.Core.Copying;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Preparation;

/// <summary>How a job cuts objects, as far as the number of requests depends on it. Defaults as for a job.</summary>
/// <param name="SinglePutLimit">Objects up to this many bytes go in one request.</param>
/// <param name="PartSize">Preferred bytes of a part of larger ones.</param>
public sealed record ObjectCutting(long SinglePutLimit = 32L << 20, long PartSize = 8L << 20)
{
    private static readonly StoreLimits Unlimited = new() { MinPartBytes = 1, MaxPartBytes = long.MaxValue >> 1, MaxObjectBytes = long.MaxValue >> 1 };

    /// <summary>What one object of this size costs: a GET and a PUT; in parts, also a HEAD, and to begin, to complete and to look for strays.</summary>
    internal TransferLoad Of(long size)
    {
        if (size <= SinglePutLimit)
            return new TransferLoad(1, size, 1, 1);
        int parts = PartPlan.For(size, PartSize, Unlimited).Count;
        return new TransferLoad(1, size, parts + 1, parts + 3);
    }
}

/// <summary>Objects, their bytes and the requests that copying them takes, without listings. Estimates have fractions.</summary>
/// <param name="Objects">Objects.</param>
/// <param name="Bytes">Bytes.</param>
/// <param name="Reads">Requests to the source.</param>
/// <param name="Writes">Requests to the destination.</param>
internal readonly record struct TransferLoad(double Objects, double Bytes, double Reads, double Writes)
{
    public static TransferLoad operator +(TransferLoad left, TransferLoad right)
        => new(left.Objects + right.Objects, left.Bytes + right.Bytes, left.Reads + right.Reads, left.Writes + right.Writes);

    public static TransferLoad operator -(TransferLoad left, TransferLoad right) => left + (right * -1);

    public static TransferLoad operator *(TransferLoad load, double factor)
        => new(load.Objects * factor, load.Bytes * factor, load.Reads * factor, load.Writes * factor);

    /// <summary>Each figure by itself, squared.</summary>
    public TransferLoad Squared() => new(Objects * Objects, Bytes * Bytes, Reads * Reads, Writes * Writes);
}
