namespace OssMigration.Sandbox.Oss.Website;

/// <summary>What about mirroring is not documented, or too slow for a test, and can be chosen by POST /website.</summary>
internal sealed class WebsiteHabits
{
    /// <summary>Whether GET shows stars in place of the secret of MirrorAuth.</summary>
    public bool MasksSecrets { get; set; }

    /// <summary>How long an origin may be silent; null for the 10 seconds of the service.</summary>
    public TimeSpan? OriginTimeout { get; set; }
}
