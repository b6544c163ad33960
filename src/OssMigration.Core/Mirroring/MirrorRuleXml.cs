using System.Globalization;
using System.Xml.Linq;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Mirroring;

/// <summary>One <c>RoutingRule</c> element: read as a model, and a model written into it. Elements that the model does not know stay.</summary>
internal static class MirrorRuleXml
{
    private static readonly HashSet<string> KnownOfRedirect = new(StringComparer.Ordinal)
    {
        "RedirectType", "MirrorURL", "MirrorURLSlave", "MirrorURLProbe", "PassQueryString", "MirrorPassQueryString", "MirrorFollowRedirect",
        "MirrorCheckMd5", "MirrorSNI", "MirrorHeaders", "EnableReplacePrefix", "ReplaceKeyPrefixWith", "MirrorAuth", "MirrorAllowHeadObject",
        "MirrorSaveOssMeta", "MirrorUserLastModified",
    };

    private static readonly HashSet<string> KnownOfRule = new(StringComparer.Ordinal) { "RuleNumber", "Condition", "Redirect" };

    private static readonly HashSet<string> KnownOfCondition = new(StringComparer.Ordinal) { "KeyPrefixEquals", "KeySuffixEquals", "HttpErrorCodeReturnedEquals" };

    /// <summary>Reads a rule of any kind.</summary>
    /// <exception cref="RefusedException">It has no usable number.</exception>
    public static StandingRule Read(XElement rule)
    {
        if (!int.TryParse(rule.Word("RuleNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
            throw new RefusedException("MirrorDocumentNotUnderstood", "The website configuration holds a routing rule without a usable number.", "Look at it in the OSS console.");
        XElement? condition = rule.Child("Condition"), redirect = rule.Child("Redirect");
        string prefix = condition?.Text("KeyPrefixEquals") ?? "";
        string? suffix = condition?.Text("KeySuffixEquals") is { Length: > 0 } end ? end : null;
        bool isMirror = redirect?.Word("RedirectType") == "Mirror";
        return new StandingRule
        {
            Number = number,
            Kind = redirect?.Word("RedirectType") ?? "without type",
            Prefix = prefix,
            Suffix = suffix,
            Conditions = [.. Conditions(condition)],
            Mirror = isMirror ? ReadMirror(redirect!, number, prefix, suffix) : null,
            OtherElements = [.. Unknown(rule, KnownOfRule), .. isMirror ? Unknown(redirect!, KnownOfRedirect) : []],
            IsSecretMasked = MaskedSecret.IsIn(rule),
        };
    }

    /// <summary>Writes a rule into an element that is new or stands.</summary>
    /// <param name="element">The RoutingRule.</param>
    /// <param name="rule">Checked; with its number.</param>
    /// <param name="keepsAuth">Leaves the keys to the origin as they stand.</param>
    public static void Write(XElement element, MirrorRule rule, bool keepsAuth)
    {
        element.SetText("RuleNumber", rule.Number!.Value.ToString(CultureInfo.InvariantCulture));
        XElement condition = element.Require("Condition");
        condition.SetText("KeyPrefixEquals", rule.Prefix.Length > 0 ? rule.Prefix : null);
        condition.SetText("KeySuffixEquals", rule.Suffix is { Length: > 0 } suffix ? suffix : null);
        condition.SetText("HttpErrorCodeReturnedEquals", "404");
        XElement redirect = element.Require("Redirect");
        redirect.SetText("RedirectType", "Mirror");
        redirect.SetText("MirrorURL", rule.Origin.AbsoluteUri);
        redirect.SetText("MirrorURLSlave", rule.BackupOrigin?.AbsoluteUri);
        redirect.SetText("MirrorURLProbe", rule.Probe?.AbsoluteUri);
        redirect.Drop("PassQueryString");
        redirect.SetFlag("MirrorPassQueryString", rule.PassQueryString);
        redirect.SetFlag("MirrorFollowRedirect", rule.FollowRedirects);
        redirect.SetFlag("MirrorCheckMd5", rule.CheckMd5);
        redirect.SetFlag("MirrorSNI", rule.SendSni);
        redirect.SetFlag("MirrorSaveOssMeta", rule.SaveMetadata);
        redirect.SetFlag("MirrorAllowHeadObject", rule.AllowHead);
        redirect.SetFlag("MirrorUserLastModified", rule.KeepLastModified);
        WriteReplacement(redirect, rule.ReplacePrefixWith);
        WriteHeaders(redirect, rule);
        if (!keepsAuth)
            WriteAuth(redirect, rule.Auth);
    }

    private static MirrorRule ReadMirror(XElement redirect, int number, string prefix, string? suffix)
    {
        XElement? headers = redirect.Child("MirrorHeaders");
        Dictionary<string, string> set = new(StringComparer.OrdinalIgnoreCase);
        foreach (XElement pair in headers?.Children("Set") ?? [])
            set[pair.Word("Key") ?? ""] = pair.Text("Value") ?? "";
        bool replaces = redirect.Flag("EnableReplacePrefix") ?? !string.IsNullOrEmpty(redirect.Text("ReplaceKeyPrefixWith"));
        return new MirrorRule
        {
            Number = number,
            Prefix = prefix,
            Suffix = suffix,
            Origin = Url(redirect, "MirrorURL") ?? new Uri("", UriKind.Relative),
            BackupOrigin = Url(redirect, "MirrorURLSlave"),
            Probe = Url(redirect, "MirrorURLProbe"),
            PassQueryString = redirect.Flag("MirrorPassQueryString") ?? redirect.Flag("PassQueryString") ?? false,
            FollowRedirects = redirect.Flag("MirrorFollowRedirect") ?? true,
            CheckMd5 = redirect.Flag("MirrorCheckMd5") ?? false,
            SendSni = redirect.Flag("MirrorSNI") ?? false,
            PassAllHeaders = headers?.Flag("PassAll") ?? false,
            PassHeaders = [.. (headers?.Children("Pass") ?? []).Select(name => name.Value.Trim())],
            RemoveHeaders = [.. (headers?.Children("Remove") ?? []).Select(name => name.Value.Trim())],
            SetHeaders = set,
            ReplacePrefixWith = replaces ? redirect.Text("ReplaceKeyPrefixWith") ?? "" : null,
            Auth = redirect.Child("MirrorAuth") is { } auth ? new MirrorAuth(auth.Word("Region") ?? "", auth.Word("AccessKeyId") ?? "", Secret: null) : null,
            AllowHead = redirect.Flag("MirrorAllowHeadObject") ?? false,
            SaveMetadata = redirect.Flag("MirrorSaveOssMeta") ?? false,
            KeepLastModified = redirect.Flag("MirrorUserLastModified") ?? false,
        };
    }

    private static Uri? Url(XElement redirect, string name) =>
        redirect.Word(name) is { } text && Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out Uri? url) ? url : null;

    private static IEnumerable<string> Conditions(XElement? condition)
    {
        foreach (XElement element in condition?.Elements() ?? [])
        {
            if (element.Name.LocalName == "IncludeHeader")
                yield return $"the header {element.Word("Key")} has a certain value";
            else if (!KnownOfCondition.Contains(element.Name.LocalName))
                yield return $"{element.Name.LocalName} holds";
        }
    }

    private static IEnumerable<string> Unknown(XElement parent, HashSet<string> known) =>
        parent.Elements().Select(element => element.Name.LocalName).Where(name => !known.Contains(name)).Distinct();

    private static void WriteReplacement(XElement redirect, string? replacement)
    {
        if (replacement is null)
        {
            redirect.Drop("EnableReplacePrefix", "ReplaceKeyPrefixWith");
            return;
        }

        redirect.Drop("ReplaceKeyWith");
        redirect.SetFlag("EnableReplacePrefix", true);
        redirect.SetText("ReplaceKeyPrefixWith", replacement);
    }

    private static void WriteHeaders(XElement redirect, MirrorRule rule)
    {
        redirect.Child("MirrorHeaders")?.Drop("PassAll", "Pass", "Remove", "Set");
        bool needed = rule.PassAllHeaders || rule.PassHeaders.Count + rule.RemoveHeaders.Count + rule.SetHeaders.Count > 0;
        if (!needed)
        {
            if (redirect.Child("MirrorHeaders") is { HasElements: false } empty)
                empty.Remove();
            return;
        }

        XElement headers = redirect.Require("MirrorHeaders");
        headers.SetFlag("PassAll", rule.PassAllHeaders);
        foreach (string name in rule.PassHeaders)
            headers.Append("Pass").Value = name;
        foreach (string name in rule.RemoveHeaders)
            headers.Append("Remove").Value = name;
        foreach ((string name, string value) in rule.SetHeaders)
        {
            XElement pair = headers.Append("Set");
            pair.SetText("Key", name);
            pair.SetText("Value", value);
        }
    }

    private static void WriteAuth(XElement redirect, MirrorAuth? auth)
    {
        redirect.Drop("MirrorAuth");
        if (auth is null)
            return;

        // OSS signs by one means only.
        redirect.Drop("MirrorUsingRole", "MirrorRole");
        XElement element = redirect.Append("MirrorAuth");
        element.SetText("AuthType", "S3V4");
        element.SetText("Region", auth.Region);
        element.SetText("AccessKeyId", auth.AccessKeyId);
        element.SetText("AccessKeySecret", auth.Secret);
    }
}
