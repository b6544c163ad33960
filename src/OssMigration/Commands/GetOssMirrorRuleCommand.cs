using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Stores;
using OssMigration.Parameters;
using OssMigration.Pipeline;
using OssMigration.Views;

namespace OssMigration.Commands;

/// <summary>
/// Gives the mirroring back-to-origin rules of a bucket in the order in which OSS tries them, of whoever's making, without any
/// secret. Nothing where there is none.
/// </summary>
/// <example>
/// See the rules of a job's destination
/// <code>Get-OssMirrorRule photos</code>
/// Those of others too, in the order in which OSS tries them.
/// </example>
/// <example>
/// See the rules of a bucket for some keys
/// <code>Get-OssMirrorRule -Destination $destination -Prefix 'raw/*'</code>
/// </example>
/// <example>
/// See where objects are fetched with a key
/// <code>Get-OssMirrorRule photos | Where-Object OriginAccessKeyId | ForEach-Object Origin</code>
/// The secret is never shown.
/// </example>
[Cmdlet(VerbsCommon.Get, "OssMirrorRule", DefaultParameterSetName = JobSet)]
[OutputType(typeof(OssMirrorRuleInfo))]
public sealed class GetOssMirrorRuleCommand : MirrorRuleCommand
{
    /// <summary>Only rules with this prefix; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(RulePrefixCompleter))]
    [SupportsWildcards]
    [AllowEmptyString]
    [ValidateNotNull]
    public string[]? Prefix { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        StoreAddress destination = FindJob()?.Destination ?? Destination;
        ICredentialProvider? keys = KeysOf(destination);
        WildcardPattern[]? wanted = Prefix?.Select(pattern => WildcardPattern.Get(pattern, WildcardOptions.None)).ToArray();
        Run(async (queue, cancellationToken) =>
        {
            MirrorRuleSet rules = await Rules.GetAsync(destination, keys, new CommandListener(queue, maximumErrors: 0), cancellationToken).ConfigureAwait(false);
            RuleBook.Note(destination, rules);
            foreach (StandingRule rule in rules.Mirrors.Where(rule => wanted is null || wanted.Any(pattern => pattern.IsMatch(rule.Prefix))))
                await queue.OutputAsync(new OssMirrorRuleInfo(destination, rule), cancellationToken).ConfigureAwait(false);
        });
    }
}
