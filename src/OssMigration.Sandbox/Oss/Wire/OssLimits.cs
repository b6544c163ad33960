namespace OssMigration.Sandbox.Oss.Wire;

/// <summary>The numbers of the service (OSS documentation, "Limits" and the pages of the operations).</summary>
internal static class OssLimits
{
    public const int KeyBytes = 1023;
    public const long SinglePutBytes = 5L << 30;
    public const long PartBytes = 5L << 30;
    public const long SmallestPartBytes = 100 << 10;
    public const int Parts = 10000;
    public const int MetadataBytes = 8 << 10;
    public const int Tags = 10;
    public const int TagKeyBytes = 128;
    public const int TagValueBytes = 256;
    public const int DeleteKeys = 1000;
    public const int XmlBytes = 2 << 20;
    public const int ListKeys = 1000;
    public const int DefaultListKeys = 100;
    public const int DefaultListParts = 1000;
    public const int ListTextBytes = 1023;
    public const int LifecycleRules = 1000;
    public const int WebsiteRules = 20;
    public const int Buckets = 100;
    public const long SmallestTrafficLimit = 819200;
    public const long LargestTrafficLimit = 838860800;
    public const long CopyBytes = 5L << 30;
}
