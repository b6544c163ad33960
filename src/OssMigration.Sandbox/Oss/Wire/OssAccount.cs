namespace OssMigration.Sandbox.Oss.Wire;

/// <summary>The one account of the sandbox.</summary>
internal static class OssAccount
{
    /// <summary>Id and display name of the owner of everything.</summary>
    public const string OwnerId = "1000000000000001";
}
