using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Wire;

/// <summary>The one account of the sandbox.</summary>
internal static class OssAccount
{
    private const string OwnerId = "1000000000000001";

    /// <summary>The Owner element that many answers hold.</summary>
    public static XmlText Owner(this XmlText xml) =>
        xml.Open("Owner"u8).Element("ID"u8, OwnerId).Element("DisplayName"u8, OwnerId).Close("Owner"u8);
}
