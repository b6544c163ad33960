namespace OssMigration.Core.Fidelity;

/// <summary>Whom a grant is for.</summary>
public enum GranteeKind
{
    /// <summary>The object's owner.</summary>
    Owner,

    /// <summary>Everybody, without a key.</summary>
    Everyone,

    /// <summary>Everybody with any account of the cloud.</summary>
    AnyAccount,

    /// <summary>One account, or another group.</summary>
    Other,
}

/// <summary>One right of somebody.</summary>
/// <param name="Kind">Whom.</param>
/// <param name="Permission">READ, WRITE, READ_ACP, WRITE_ACP or FULL_CONTROL.</param>
public sealed record AccessGrant(GranteeKind Kind, string Permission);

/// <summary>Who may do what with an object, as its store says.</summary>
/// <param name="Canned">The store's one word for it (OSS: private, public-read, public-read-write, default); null where it speaks in grants.</param>
/// <param name="Grants">The grants; empty with a word.</param>
public sealed record AccessList(string? Canned, IReadOnlyList<AccessGrant> Grants);

/// <summary>What of an access list OSS can say.</summary>
/// <param name="Canned">private, public-read, public-read-write or default.</param>
/// <param name="Lost">What has no form there, in words; null where nothing is lost.</param>
internal readonly record struct AccessMapping(string Canned, string? Lost)
{
    /// <summary>Maps a list. Never to more rights than it gives: what OSS cannot say is lost, not widened.</summary>
    public static AccessMapping Of(AccessList list)
    {
        if (list.Canned is { } canned)
            return new AccessMapping(canned, null);
        bool isPublic = false;
        List<string>? lost = null;
        foreach (AccessGrant grant in list.Grants)
        {
            bool reads = grant.Permission is "READ" or "FULL_CONTROL";
            if (grant.Kind == GranteeKind.Owner)
                continue;
            if (grant.Kind == GranteeKind.Everyone && reads)
                isPublic = true;

            // Everybody's WRITE means nothing for an object in S3; public-read-write at OSS would let everybody overwrite it.
            if (grant.Kind != GranteeKind.Everyone || grant.Permission != "READ")
                Add(ref lost, $"{grant.Permission} for {Name(grant.Kind)}");
        }

        return new AccessMapping(isPublic ? "public-read" : "private", lost is null ? null : string.Join(", ", lost));
    }

    private static void Add(ref List<string>? lost, string what)
    {
        if (lost?.Contains(what) != true)
            (lost ??= []).Add(what);
    }

    private static string Name(GranteeKind kind) => kind switch
    {
        GranteeKind.Everyone => "everybody",
        GranteeKind.AnyAccount => "any account of the cloud",
        _ => "another account or group",
    };
}
