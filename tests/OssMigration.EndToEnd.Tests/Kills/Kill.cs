namespace OssMigration.EndToEnd.Tests.Kills;

/// <summary>What ends a process.</summary>
internal enum KillWay
{
    /// <summary>SIGKILL, of which it gets to know nothing.</summary>
    Kill9,

    /// <summary>SIGTERM, as at a shutdown.</summary>
    Kill15,

    /// <summary>SIGINT, which is Ctrl-C.</summary>
    CtrlC,

    /// <summary>Its host stops the pipeline.</summary>
    PipelineStop,

    /// <summary>Its host closes the runspace under it.</summary>
    HostClosed,
}

/// <summary>What is under way.</summary>
internal enum KillStep
{
    /// <summary>A first run over small objects in several ranges.</summary>
    Full,

    /// <summary>A first run over objects in parts.</summary>
    Multipart,

    /// <summary>A run that brings what is new and changed, and removes what is gone.</summary>
    Incremental,

    /// <summary>A comparison, and the order to delete the source.</summary>
    Lifecycle,
}

/// <summary>A kill. Everything about it follows from its seed.</summary>
/// <param name="Seed">Its number, from 0.</param>
internal sealed record Kill(int Seed)
{
    /// <summary>What ends the process: any five seeds in a row have all ways.</summary>
    public KillWay Way => (KillWay)(Seed % Ways);

    /// <summary>What is under way: any twenty seeds in a row have all ways in all steps.</summary>
    public KillStep Step => (KillStep)(Seed / Ways % Steps);

    private static int Ways => Enum.GetValues<KillWay>().Length;

    private static int Steps => Enum.GetValues<KillStep>().Length;

    /// <summary>After how many requests it comes; smaller where it came too late before.</summary>
    /// <param name="most">How many the step has.</param>
    /// <param name="missed">How often it came too late.</param>
    public int RequestsBefore(int most, int missed) => (new Random(Seed).Next(most) >> missed) - (missed > 0 ? 1 : 0);

    /// <summary>How long after that request.</summary>
    public TimeSpan Pause => TimeSpan.FromMilliseconds(new Random(~Seed).Next(12));
}
