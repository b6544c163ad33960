namespace OssMigration.Sandboxes;

/// <summary>Why a sandbox cannot be had.</summary>
public enum SandboxProblem
{
    /// <summary>The module is installed without it.</summary>
    NotShipped,

    /// <summary>It ended, or did not become ready in time.</summary>
    NotStarted,
}

/// <summary>A sandbox cannot be had.</summary>
public sealed class SandboxException : Exception
{
    internal SandboxException(SandboxProblem problem, string message, Exception? inner = null)
        : base(message, inner)
    {
        Problem = problem;
    }

    /// <summary>Why.</summary>
    public SandboxProblem Problem { get; }
}
