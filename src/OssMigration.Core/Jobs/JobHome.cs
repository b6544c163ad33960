namespace OssMigration.Core.Jobs;

/// <summary>The folder that holds the jobs, one folder each.</summary>
public sealed class JobHome
{
    /// <summary>OSSMIGRATION_HOME where it is set, else OssMigration in the user's local application data.</summary>
    public static string DefaultPath =>
        Environment.GetEnvironmentVariable("OSSMIGRATION_HOME") is { Length: > 0 } set
            ? Path.GetFullPath(set)
            : Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
                "OssMigration");
}
