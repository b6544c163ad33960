using System.Xml.Linq;

namespace OssMigration.Core.Mirroring;

/// <summary>
/// Tells whether a secret that was read back is the secret or a mask. Whether OSS masks MirrorAuth is not documented, so a
/// text counts as a secret only where it can be one: what is taken for a mask is never written back, which at worst costs
/// the user to give the secret again.
/// </summary>
internal static class MaskedSecret
{
    private const int ShortestSecret = 8;

    /// <summary>Whether the text is no secret: missing, blank, too short, with a star, an ellipsis or other non-ASCII, or one character over and over.</summary>
    public static bool IsMask(string? text)
    {
        string secret = text?.Trim() ?? "";
        return secret.Length < ShortestSecret
            || secret.Any(c => c is '*' or <= ' ' or > '~')
            || secret.Contains("...", StringComparison.Ordinal)
            || secret.All(c => c == secret[0]);
    }

    /// <summary>Whether an element holds something that must not be written back: a MirrorAuth whose secret is masked, or a text of nothing but stars.</summary>
    public static bool IsIn(XElement element) => element.DescendantsAndSelf().Any(inner => inner.Name.LocalName switch
    {
        "MirrorAuth" => IsMask(inner.Text("AccessKeySecret")),
        _ => !inner.HasElements && inner.Value.Trim() is { Length: >= 3 } text && text.All(c => c == '*'),
    });
}
