using System.Collections;
using System.Management.Automation;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Pipeline;
using OssMigration.Views;

namespace OssMigration.Commands;

/// <summary>
/// Sets a mirroring back-to-origin rule: OSS fetches an object that has not arrived yet from the origin, gives it to the reader and
/// keeps it. With a job, prefix, origin, region and SNI follow from it. A rule for the same prefix and suffix is replaced: what is
/// not given has its default; only its keys to the origin stay, unless -NoOriginCredential is given. Every other rule and setting of the bucket's
/// website configuration stays as it is. With -WhatIf it shows the rules before and after.
/// </summary>
/// <example>
/// See the rules before and after
/// <code>Set-OssMirrorRule photos -OriginCredential (Get-Credential) -WhatIf</code>
/// </example>
/// <example>
/// Let OSS fetch what has not arrived
/// <code>Set-OssMirrorRule photos -OriginCredential (Get-Credential) -PassThru</code>
/// OSS keeps this key: give it one that may only read this source. Test-OssMirrorRule proves the rule.
/// </example>
/// <example>
/// A rule for some keys of a bucket, from a public web server
/// <code>Set-OssMirrorRule -Destination $destination -Prefix public/ -Origin https://www.example.com -ReplacePrefixWith '' -KeepLastModified</code>
/// </example>
[Cmdlet(VerbsCommon.Set, "OssMirrorRule", SupportsShouldProcess = true, DefaultParameterSetName = JobSet)]
[OutputType(typeof(OssMirrorRuleInfo))]
public sealed class SetOssMirrorRuleCommand : MirrorRuleCommand
{
    /// <summary>Full keys that begin with it. Default: the destination's prefix (and the job's own); empty for all keys.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RulePrefixCompleter))]
    [AllowEmptyString]
    [ValidateNotNull]
    public string Prefix { get; set; } = "";

    /// <summary>Only full keys that end with it.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RuleSuffixCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string? Suffix { get; set; }

    /// <summary>The rule's place in the order in which OSS tries them; the first that fits is taken. Default: the standing rule's, or one that fits.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Number { get; set; }

    /// <summary>Where objects are fetched: https://… or http://…; the key is appended. Default: the job's source.</summary>
    [Parameter(ParameterSetName = JobSet)]
    [Parameter(Mandatory = true, ParameterSetName = DestinationSet)]
    [ValidateNotNull]
    public Uri? Origin { get; set; }

    /// <summary>Standby origin, used while the first is not well. Needs -ProbeUrl.</summary>
    [Parameter]
    [ValidateNotNull]
    public Uri? BackupOrigin { get; set; }

    /// <summary>A URL whose answer tells whether the first origin is well.</summary>
    [Parameter]
    [ValidateNotNull]
    public Uri? ProbeUrl { get; set; }

    /// <summary>Takes the place of the prefix at the origin; empty cuts it off. Default with a job: the source's prefix where it differs.</summary>
    [Parameter]
    [AllowEmptyString]
    [ValidateNotNull]
    public string ReplacePrefixWith { get; set; } = "";

    /// <summary>
    /// Keys with which OSS reads a private S3-compatible origin. OSS keeps them in the bucket's configuration: take keys that may only read this
    /// origin.
    /// </summary>
    [Parameter]
    [Credential]
    public PSCredential? OriginCredential { get; set; }

    /// <summary>The region that -OriginCredential signs for. Default: the region of the job's source.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RegionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? OriginRegion { get; set; }

    /// <summary>Takes the keys to the origin away from a rule that has some.</summary>
    [Parameter]
    public SwitchParameter NoOriginCredential { get; set; }

    /// <summary>Whether a HEAD fetches too, so that readers who look first find what is on its way. On unless -AllowHead:$false.</summary>
    [Parameter]
    public SwitchParameter AllowHead { get; set; } = true;

    /// <summary>Whether the origin's user metadata is kept. On unless -SaveMetadata:$false.</summary>
    [Parameter]
    public SwitchParameter SaveMetadata { get; set; } = true;

    /// <summary>Keeps the origin's Last-Modified instead of the moment of the fetch.</summary>
    [Parameter]
    public SwitchParameter KeepLastModified { get; set; }

    /// <summary>Passes the reader's query string to the origin.</summary>
    [Parameter]
    public SwitchParameter PassQueryString { get; set; }

    /// <summary>Gives the origin's redirects to the reader instead of following them.</summary>
    [Parameter]
    public SwitchParameter NoFollowRedirect { get; set; }

    /// <summary>Lets OSS check the Content-MD5 that the origin sends.</summary>
    [Parameter]
    public SwitchParameter CheckMd5 { get; set; }

    /// <summary>Whether the origin's name is sent in the TLS handshake. On for https unless -SendSni:$false.</summary>
    [Parameter]
    public SwitchParameter SendSni { get; set; }

    /// <summary>Passes all headers of the reader to the origin, but for those of -RemoveHeader and credentials.</summary>
    [Parameter]
    public SwitchParameter PassAllHeaders { get; set; }

    /// <summary>Passes these headers of the reader to the origin; at most 10.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] PassHeader { get; set; } = [];

    /// <summary>Does not pass these headers; at most 10.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] RemoveHeader { get; set; } = [];

    /// <summary>Headers that are always sent to the origin, name and value; at most 10.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable SetHeader { get; set; } = [];

    /// <summary>Allows an origin that the internet does not reach, where a tunnel leads there.</summary>
    [Parameter]
    public SwitchParameter AllowPrivateOrigin { get; set; }

    /// <summary>Keys of the job's source, where they were given by hand in another session and its region has to be asked for.</summary>
    [Parameter(ParameterSetName = JobSet)]
    [Credential]
    public PSCredential? SourceCredential { get; set; }

    /// <summary>Gives the rule as it stands.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        if (NoOriginCredential && OriginCredential is not null)
            throw new ArgumentException("-NoOriginCredential takes keys away and -OriginCredential gives some: give one of them.");
        MigrationJob? job = FindJob();
        StoreAddress destination = job?.Destination ?? Destination;
        MirrorRuleProposal proposal = job is null ? new(new MirrorRule { Prefix = destination.Prefix, Origin = Origin!, SendSni = IsHttps(Origin!) }, null, []) : Propose(job);
        MirrorRule rule = Complete(proposal);
        foreach (string warning in WarningsOf(job, destination, rule, proposal))
            WriteWarning(Display.Text(warning));
        ICredentialProvider? keys = KeysOf(destination);
        MirrorRuleChange change = new() { Destination = destination, Rule = rule, DropAuth = NoOriginCredential, AllowPrivateOrigin = AllowPrivateOrigin };
        MirrorRuleSet? after = Change("Set a mirroring rule", (queue, cancellationToken) =>
            Rules.PlanSetAsync(change, keys, new CommandListener(queue, maximumErrors: 0), cancellationToken));
        if (job is not null && after is not null)
            Engine.RecordMirrorRule(job.Name, rule.Prefix, rule.Suffix, isSet: true);
        if (PassThru && after?.Rules.FirstOrDefault(standing => standing.Is(rule.Prefix, rule.Suffix)) is { } set)
            WriteObject(new OssMirrorRuleInfo(destination, set));
    }

    private static bool IsHttps(Uri origin) => origin.IsAbsoluteUri && origin.Scheme == Uri.UriSchemeHttps;

    private MirrorRuleProposal Propose(MigrationJob job)
    {
        ICredentialProvider? keys = Origin is null && job.Source.Region is null ? CredentialVault.For(job.Source, SourceCredential, nameof(SourceCredential)) : null;
        MirrorRuleProposal? proposal = null;
        Run(async (queue, cancellationToken) =>
            proposal = await Rules.ProposeAsync(job, Origin, keys, new CommandListener(queue, maximumErrors: 0), cancellationToken).ConfigureAwait(false));
        return proposal!;
    }

    private MirrorRule Complete(MirrorRuleProposal proposal) => proposal.Rule with
    {
        Number = Given(nameof(Number)) ? Number : null,
        Prefix = Given(nameof(Prefix)) ? Prefix : proposal.Rule.Prefix,
        Suffix = string.IsNullOrEmpty(Suffix) ? null : Suffix,
        BackupOrigin = BackupOrigin,
        Probe = ProbeUrl,
        ReplacePrefixWith = Given(nameof(ReplacePrefixWith)) ? ReplacePrefixWith : ReplacementFor(proposal.Rule),
        Auth = OriginCredential is null ? null : new MirrorAuth(OriginRegion ?? proposal.SigningRegion ?? "", OriginCredential.UserName, SecretOf(OriginCredential)),
        AllowHead = AllowHead,
        SaveMetadata = SaveMetadata,
        KeepLastModified = KeepLastModified,
        PassQueryString = PassQueryString,
        FollowRedirects = !NoFollowRedirect,
        CheckMd5 = CheckMd5,
        SendSni = Given(nameof(SendSni)) ? SendSni : proposal.Rule.SendSni,
        PassAllHeaders = PassAllHeaders,
        PassHeaders = PassHeader,
        RemoveHeaders = RemoveHeader,
        SetHeaders = SetHeader.Cast<DictionaryEntry>().ToDictionary(entry => entry.Key.ToString() ?? "", entry => entry.Value?.ToString() ?? "", StringComparer.Ordinal),
    };

    /// <summary>With a narrower prefix than the job's, what follows the job's prefix is the same at both ends.</summary>
    private string? ReplacementFor(MirrorRule proposed)
    {
        if (proposed.ReplacePrefixWith is null || !Given(nameof(Prefix)) || Prefix == proposed.Prefix)
            return proposed.ReplacePrefixWith;
        return Prefix.StartsWith(proposed.Prefix, StringComparison.Ordinal)
            ? proposed.ReplacePrefixWith + Prefix[proposed.Prefix.Length..]
            : throw new ArgumentException($"The prefix '{Prefix}' is not within the job's ('{proposed.Prefix}'), so what takes its place at the origin is not known. Give -ReplacePrefixWith.");
    }

    private IEnumerable<string> WarningsOf(MigrationJob? job, StoreAddress destination, MirrorRule rule, MirrorRuleProposal proposal)
    {
        if (job?.InvalidKeyAction == InvalidKeyAction.Encode)
            yield return "The job encodes keys that OSS cannot hold. Such objects are not mirrored: OSS refuses a request for such a key, and an encoded key is not the source's.";
        foreach (string warning in proposal.Warnings)
            yield return warning;
        if (!rule.Prefix.StartsWith(destination.Prefix, StringComparison.Ordinal))
            yield return $"The rule's prefix '{rule.Prefix}' is a full key's beginning and lies outside of {destination}.";
        if (job is not null && Origin is null && rule.Auth is null && !NoOriginCredential && job.Source.Credential.Kind != CredentialKind.Anonymous)
            yield return $"No -OriginCredential is given: unless the rule that stands has keys, OSS asks {job.Source} without any, which works only where it is public. Test-OssMirrorRule tells.";
    }

    private static string SecretOf(PSCredential credential) => credential.GetNetworkCredential().Password;
}
