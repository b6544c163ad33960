using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Mirroring;

/// <summary>The rule that fits a job.</summary>
/// <param name="Rule">Keys, origin, replacement of the prefix and SNI; everything else has its default.</param>
/// <param name="SigningRegion">The region that keys to the origin sign for; null where it is not known.</param>
/// <param name="Warnings">What may surprise, a sentence each.</param>
public sealed record MirrorRuleProposal(MirrorRule Rule, string? SigningRegion, IReadOnlyList<string> Warnings);

/// <summary>Makes the rule for a job out of its two addresses.</summary>
internal sealed class MirrorRuleProposer(EngineEnvironment environment, MigrationJob job, ICredentialProvider? credential, IRunListener listener)
{
    /// <summary>The rule. A filter's prefix narrows it; other filters cannot be put into a rule.</summary>
    public async Task<MirrorRuleProposal> ProposeAsync(Uri? origin, CancellationToken cancellationToken)
    {
        List<string> warnings = [];
        string from = job.Source.Prefix + job.Filter.Prefix, to = job.Destination.Prefix + job.Filter.Prefix;
        string? region = null;
        if (origin is null)
        {
            HttpOrigin found = await FindOriginAsync(cancellationToken).ConfigureAwait(false);
            (origin, region) = (found.BaseUrl, found.SigningRegion);
        }

        if (!job.IsWhole)
            warnings.Add($"The job {job.Name} has a filter that a rule cannot have: readers will find objects through the mirror that the job leaves out.");
        MirrorRule rule = new()
        {
            Prefix = to,
            Origin = origin,
            ReplacePrefixWith = from == to ? null : from,
            SendSni = origin.IsAbsoluteUri && origin.Scheme == Uri.UriSchemeHttps,
        };
        return new MirrorRuleProposal(rule, region ?? job.Source.Region, warnings);
    }

    private async Task<HttpOrigin> FindOriginAsync(CancellationToken cancellationToken)
    {
        await using OpenedBucket source = OpenedBucket.ForReading(environment, job.Source, credential, listener);
        IHttpOrigin origin = source.Find<IHttpOrigin>() ?? throw new RefusedException(
            "MirrorOriginNotHttp",
            $"OSS fetches missing objects by HTTP, and {job.Source} cannot be reached that way.",
            "Put a web server over the folder that OSS reaches from the internet and give its URL as Origin, or switch the readers only when the last run has copied everything.");
        return await source.CallAsync(origin.FindOriginAsync, cancellationToken).ConfigureAwait(false);
    }
}
