namespace OssMigration.Shell;

/// <summary>What the process returns where a script does not say: the numbers shells use.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Error = 1;
    public const int Usage = 64;
    public const int Interrupted = 130;
    public const int Terminated = 143;
}
