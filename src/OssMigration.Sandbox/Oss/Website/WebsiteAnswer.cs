using System.Text;
using System.Xml.Linq;
using OssMigration.Sandbox.Oss.Wire;

namespace OssMigration.Sandbox.Oss.Website;

/// <summary>
/// A website configuration as GET gives it: every element that was put, known here or not, in an order of the service's own, which
/// is another one than that of any client.
/// </summary>
internal static class WebsiteAnswer
{
    private const string Mask = "******";

    /// <summary>The document of an answer.</summary>
    /// <param name="xml">As it was put.</param>
    /// <param name="masksSecrets">Whether secrets are starred out.</param>
    public static byte[] Of(string xml, bool masksSecrets)
    {
        XElement root = XmlBody.Parse(Encoding.UTF8.GetBytes(xml), "WebsiteConfiguration");
        Sort(root);
        if (masksSecrets)
        {
            foreach (XElement secret in root.Descendants().Where(e => e.Name.LocalName == "AccessKeySecret"))
                secret.Value = Mask;
        }

        return Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.ToString(SaveOptions.DisableFormatting));
    }

    private static void Sort(XElement element)
    {
        if (!element.HasElements)
            return;
        XElement[] children = [.. element.Elements().OrderBy(child => child.Name.LocalName, StringComparer.Ordinal)];
        element.ReplaceNodes(children);
        foreach (XElement child in element.Elements())
            Sort(child);
    }
}
