namespace OssMigration.TestKit;

/// <summary>One thing that goes wrong on an <see cref="HttpLine"/>. Made by the static members.</summary>
public sealed record LineFault
{
    private LineFault(LineFaultKind kind) => Kind = kind;

    /// <summary>The connection is reset before anything of the request reaches the server.</summary>
    public static LineFault ResetBefore { get; } = new(LineFaultKind.ResetBefore);

    /// <summary>Half of the request reaches the server, then both connections are reset.</summary>
    public static LineFault ResetInRequest { get; } = new(LineFaultKind.ResetInRequest);

    /// <summary>Half of the answer reaches the client, then its connection is reset.</summary>
    public static LineFault ResetInAnswer { get; } = new(LineFaultKind.ResetInAnswer);

    /// <summary>The server does what it was asked for, and the connection is reset instead of the answer.</summary>
    public static LineFault ResetAfter { get; } = new(LineFaultKind.ResetAfter);

    /// <summary>The request is swallowed, and the connection stays open without a word.</summary>
    public static LineFault Silence { get; } = new(LineFaultKind.Silence);

    /// <summary>Half of the answer arrives, and nothing more, while the connection stays open.</summary>
    public static LineFault SilenceInAnswer { get; } = new(LineFaultKind.SilenceInAnswer);

    /// <summary>The answer's body arrives in a dozen pieces, with a pause before each.</summary>
    public static LineFault Trickle { get; } = new(LineFaultKind.Trickle);

    /// <summary>Half of the answer arrives, and the connection is closed in good order.</summary>
    public static LineFault Truncate { get; } = new(LineFaultKind.Truncate);

    /// <summary>One byte of the request's body is another one, at another place each time; XML is no XML any more then.</summary>
    public static LineFault CorruptRequest { get; } = new(LineFaultKind.CorruptRequest);

    /// <summary>One byte of the answer's body is another one, at another place each time; XML is no XML any more then.</summary>
    public static LineFault CorruptAnswer { get; } = new(LineFaultKind.CorruptAnswer);

    /// <summary>The request's body is sent twice, as one of twice the length.</summary>
    public static LineFault DoubleRequest { get; } = new(LineFaultKind.DoubleRequest);

    /// <summary>The answer's body arrives twice, as one of twice the length.</summary>
    public static LineFault DoubleAnswer { get; } = new(LineFaultKind.DoubleAnswer);

    internal LineFaultKind Kind { get; }

    internal int StatusCode { get; private init; }

    internal string? Code { get; private init; }

    internal IReadOnlyList<string> Headers { get; private init; } = [];

    /// <summary>The line answers in the server's place, and the server gets to know nothing.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The error code in an XML body; null for no body.</param>
    /// <param name="headers">Further header lines.</param>
    public static LineFault Answer(int status, string? code, params string[] headers) =>
        new(LineFaultKind.Answer) { StatusCode = status, Code = code, Headers = headers };
}

/// <summary>What goes wrong.</summary>
internal enum LineFaultKind
{
    ResetBefore,
    ResetInRequest,
    ResetInAnswer,
    ResetAfter,
    Silence,
    SilenceInAnswer,
    Trickle,
    Truncate,
    CorruptRequest,
    CorruptAnswer,
    DoubleRequest,
    DoubleAnswer,
    Answer,
}
