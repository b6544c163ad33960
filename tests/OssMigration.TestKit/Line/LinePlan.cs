namespace OssMigration.TestKit;

/// <summary>A fault planned on an <see cref="HttpLine"/>. Thread-safe.</summary>
/// <param name="fault">What happens.</param>
/// <param name="isMeant">To which requests.</param>
/// <param name="times">How often.</param>
public sealed class LinePlan(LineFault fault, Func<LineRequest, bool> isMeant, int times)
{
    private int _fired;

    /// <summary>How often it has fired.</summary>
    public int Fired => Math.Min(Volatile.Read(ref _fired), times);

    internal LineFault Fault => fault;

    internal bool TryTake(LineRequest request) => Fired < times && isMeant(request) && Interlocked.Increment(ref _fired) <= times;
}
