using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace OssMigration.Sandbox.Hosting;

/// <summary>
/// One request once its operation is known: counts it, waits as limits and delays say, and carries the fault that acts on it.
/// A handler calls <see cref="BeginAsync"/> first, obeys <see cref="Verdict"/>, answers, and calls <see cref="EndAsync"/>.
/// Faults of the answer's body (cut, corrupted, lost) work by themselves on whatever the handler writes to the response.
/// </summary>
internal sealed class SideCall
{
    private readonly HttpContext _context;
    private readonly ArmedFault? _armed;
    private FaultyAnswer? _faultyAnswer;

    private SideCall(HttpContext context, Side side, string operation, string? key, ArmedFault? armed)
    {
        _context = context;
        Side = side;
        Operation = operation;
        Key = key;
        _armed = armed;
    }

    /// <summary>The side.</summary>
    public Side Side { get; }

    /// <summary>The operation's name, as in statistics and faults.</summary>
    public string Operation { get; }

    /// <summary>The object key, or the prefix of a listing; null when there is none.</summary>
    public string? Key { get; }

    /// <summary>The fault that acts on this request; null for none.</summary>
    public Fault? Fault => _armed?.Fault;

    /// <summary>What the handler has to do.</summary>
    public CallVerdict Verdict { get; private set; }

    /// <summary>Counts the request and applies what is planned for it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="side">The side that received it.</param>
    /// <param name="operation">The operation's name: ListObjectsV2, GetObject, PutObject, UploadPart, …</param>
    /// <param name="bucket">The bucket's name; null for the service.</param>
    /// <param name="key">The key, or the prefix of a listing; null when there is none.</param>
    public static async ValueTask<SideCall> BeginAsync(HttpContext context, Side side, string operation, string? bucket, string? key)
    {
        side.Statistics.CountRequest(operation);
        await side.Limits.AccessKeys.WaitAsync(context);
        (ArmedFault? armed, TimeSpan delay) = side.Faults.Take(operation, key);
        TimeSpan wait = side.Limits.Latency + delay;
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, context.RequestAborted);
        var call = new SideCall(context, side, operation, key, armed);
        if (armed is not null)
            call.Arm(armed);
        else if (key is not null && !side.Limits.TryAdmit($"{bucket}/{key}"))
            call.Verdict = CallVerdict.Throttled;
        return call;
    }

    /// <summary>Whether a fault of this kind acts on this request.</summary>
    public bool Has(FaultKind kind) => Fault?.Kind == kind;

    /// <summary>Tells that the fault acts now; whoever applies it calls this before the client can see it.</summary>
    public void Act() => _armed?.Act();

    /// <summary>The ETag to answer: the true one, or a wrong one when so planned.</summary>
    public string ETag(string etag)
    {
        if (!Has(FaultKind.WrongETag))
            return etag;
        Act();
        return Fault!.Value ?? (etag[0] == '0' ? '1' : '0') + etag[1..];
    }

    /// <summary>The CRC-64 to answer: the true one, or a wrong one when so planned.</summary>
    public ulong Crc64(ulong crc)
    {
        if (!Has(FaultKind.WrongCrc))
            return crc;
        Act();
        return ulong.TryParse(Fault!.Value, out ulong wrong) ? wrong : crc ^ 1;
    }

    /// <summary>Closes the connection with a reset, now.</summary>
    public void ResetConnection() => Reset(_context);

    /// <summary>Ends the request: must be awaited after the answer was written, also after a failure.</summary>
    public async ValueTask EndAsync()
    {
        if (_faultyAnswer is { } answer)
            await answer.EndAsync();
        _armed?.GiveBack();
    }

    /// <summary>Closes the connection of a request with a reset, now.</summary>
    internal static void Reset(HttpContext context)
    {
        // Linger 0 makes the close a RST, as a failing middlebox would send it, not an orderly end.
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
            socket.LingerState = new(true, 0);
        context.Abort();
    }

    private void Arm(ArmedFault armed)
    {
        bool isUpload = HttpMethods.IsPut(_context.Request.Method);
        switch (armed.Fault.Kind)
        {
            case FaultKind.Status:
                armed.Act();
                Verdict = CallVerdict.AnswerFault;
                break;
            case FaultKind.ResetBefore:
                armed.Act();
                ResetConnection();
                Verdict = CallVerdict.Ended;
                break;
            case FaultKind.ResetAfter:
            case FaultKind.Truncate:
            case FaultKind.ResetInBody when !isUpload:
            case FaultKind.CorruptBody when !isUpload:
                _faultyAnswer = FaultyAnswer.Install(_context, armed);
                break;
        }
    }
}

/// <summary>What a handler does with a request.</summary>
internal enum CallVerdict
{
    /// <summary>Serve it.</summary>
    Proceed,

    /// <summary>Answer <see cref="Fault.Status"/>, <see cref="Fault.Code"/> and <see cref="Fault.Headers"/> in the side's error form; do nothing.</summary>
    AnswerFault,

    /// <summary>Answer the side's throttling error (503); do nothing.</summary>
    Throttled,

    /// <summary>Return: the connection is gone.</summary>
    Ended,
}
