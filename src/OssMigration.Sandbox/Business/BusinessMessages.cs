namespace OssMigration.Sandbox.Business;

/// <summary>POST /business/phase.</summary>
internal sealed record PhaseRequest(BusinessPhase Phase);

/// <summary>Since when the business is in a phase: no operation of the former one is under way any more.</summary>
internal sealed record PhaseAnswer(BusinessPhase Phase, DateTimeOffset Since);

/// <summary>POST /business/window.</summary>
internal sealed record WindowRequest(string? Name);

/// <summary>A window that has begun.</summary>
internal sealed record WindowAnswer(string Name, DateTimeOffset From);

/// <summary>GET /business.</summary>
/// <param name="Phase">What it does now.</param>
/// <param name="Since">Since when.</param>
/// <param name="Population">How many keys were there at the beginning that it knows.</param>
/// <param name="PopulationComplete">Whether these are all that were there.</param>
/// <param name="Readable">How many keys can be read or changed now.</param>
/// <param name="NeedBytesPerSecond">What it needs of the link in each direction.</param>
/// <param name="ToleranceMs">How long after a second what was due in it may arrive.</param>
/// <param name="Total">What it did in all phases.</param>
/// <param name="Phases">What it did in each.</param>
/// <param name="Windows">The numbers of each window.</param>
/// <param name="Span">The numbers between the moments of the query; null where it has none.</param>
internal sealed record BusinessReport(
    BusinessPhase Phase,
    DateTimeOffset Since,
    int Population,
    bool PopulationComplete,
    int Readable,
    long NeedBytesPerSecond,
    int ToleranceMs,
    PhaseCount Total,
    IReadOnlyDictionary<string, PhaseCount> Phases,
    IReadOnlyList<WindowReport> Windows,
    WindowReport? Span);

/// <summary>POST /business/verify: what became of the keys of the business at OSS.</summary>
/// <param name="Checked">How many keys it knows, those that it deleted too.</param>
/// <param name="Intact">How many are as the business left them.</param>
/// <param name="Lost">How many are missing.</param>
/// <param name="Clobbered">How many hold other bytes.</param>
/// <param name="Resurrected">How many were deleted and are there.</param>
/// <param name="Unread">How many could not be read, so that nothing is known of them.</param>
/// <param name="Unexpected">How many are there that it does not know; 0 where it does not know all of the beginning.</param>
/// <param name="Touched">How many of the checked ones the business wrote, overwrote or deleted.</param>
/// <param name="Deleted">How many of the checked ones it deleted.</param>
/// <param name="Uncertain">How many changes of it failed, so that either outcome counts as intact.</param>
/// <param name="ReadWhole">How many were read byte by byte; the others are held against the MD5 in the listing.</param>
/// <param name="TookMs">How long it took.</param>
/// <param name="First">The first few keys that are not intact, with what is wrong.</param>
internal sealed record VerifyAnswer(
    int Checked,
    int Intact,
    int Lost,
    int Clobbered,
    int Resurrected,
    int Unread,
    int Unexpected,
    int Touched,
    int Deleted,
    int Uncertain,
    int ReadWhole,
    double TookMs,
    IReadOnlyList<string> First);
