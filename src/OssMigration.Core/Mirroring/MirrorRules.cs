using System.Xml.Linq;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Mirroring;

/// <summary>Reads and changes the mirroring back-to-origin rules of a bucket. Holds nothing; thread-safe.</summary>
public sealed class MirrorRules(EngineEnvironment environment)
{
    /// <summary>The rules that stand, those of other kinds too.</summary>
    /// <exception cref="RefusedException">MirrorNotSupported, MirrorDocumentNotUnderstood.</exception>
    /// <exception cref="StoreException">Wrong credential, no such bucket, no right to read the configuration.</exception>
    public async Task<MirrorRuleSet> GetAsync(StoreAddress destination, ICredentialProvider? credential, IRunListener listener, CancellationToken cancellationToken)
    {
        await using OpenedBucket bucket = OpenedBucket.ForReading(environment, destination, credential, listener);
        return new WebsiteTree(await new WebsiteEdit(environment, bucket).ReadAsync(cancellationToken).ConfigureAwait(false)).Rules;
    }

    /// <summary>Works out what setting a rule would do. Writes nothing.</summary>
    /// <exception cref="RefusedException">MirrorRuleInvalid, MirrorVersioning, MirrorVersioningUnknown and what <see cref="GetAsync"/> and a full configuration refuse.</exception>
    public async Task<MirrorRulePlan> PlanSetAsync(MirrorRuleChange change, ICredentialProvider? credential, IRunListener listener, CancellationToken cancellationToken)
    {
        List<string> warnings = [];
        bool isSandbox = change.Destination.Endpoint is { IsLoopback: true };
        MirrorRule rule = MirrorRuleCheck.Check(change.Rule, change.AllowPrivateOrigin || isSandbox, warnings);
        await using OpenedBucket bucket = OpenedBucket.ForReading(environment, change.Destination, credential, listener);
        XElement? standing = await new WebsiteEdit(environment, bucket).ReadAsync(cancellationToken).ConfigureAwait(false);
        await RequireUnversionedAsync(bucket, cancellationToken).ConfigureAwait(false);
        WebsiteTree wanted = new(standing);
        wanted.Set(rule, change.DropAuth, warnings);
        return new MirrorRulePlan(change.Destination, standing, wanted, warnings);
    }

    /// <summary>Works out what removing the rule for exactly these keys would do. Writes nothing.</summary>
    /// <exception cref="RefusedException">MirrorRuleNotFound, MirrorSecretMasked and what <see cref="GetAsync"/> refuses.</exception>
    public async Task<MirrorRulePlan> PlanRemoveAsync(
        StoreAddress destination, string prefix, string? suffix, ICredentialProvider? credential, IRunListener listener, CancellationToken cancellationToken)
    {
        await using OpenedBucket bucket = OpenedBucket.ForReading(environment, destination, credential, listener);
        XElement? standing = await new WebsiteEdit(environment, bucket).ReadAsync(cancellationToken).ConfigureAwait(false);
        WebsiteTree wanted = new(standing);
        if (wanted.Remove(prefix, suffix) == 0)
        {
            throw new RefusedException(
                "MirrorRuleNotFound",
                $"{bucket.DisplayName} has no mirroring rule for {MirrorRule.Keys(prefix, suffix)}.",
                "Get-OssMirrorRule shows those that stand; prefix and suffix must be theirs.");
        }

        return new MirrorRulePlan(destination, standing, wanted, []);
    }

    /// <summary>Makes a change that was planned, and proves by reading that it stands. Writes nothing where the plan changes nothing.</summary>
    /// <exception cref="RefusedException">MirrorDocumentChanged: nothing was written. MirrorDocumentNotAsWritten: it was, and reads otherwise.</exception>
    public async Task ApplyAsync(MirrorRulePlan plan, ICredentialProvider? credential, IRunListener listener, CancellationToken cancellationToken)
    {
        if (!plan.IsChange)
            return;
        await using OpenedBucket bucket = OpenedBucket.ForWriting(environment, plan.Destination, credential, listener);
        await new WebsiteEdit(environment, bucket).ReplaceAsync(plan.Standing, plan.Wanted, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The rule for a job: its destination's keys, fetched from its source.</summary>
    /// <param name="job">The job.</param>
    /// <param name="origin">The origin, where it is not the source itself; null to take the source.</param>
    /// <param name="credential">Keys of the source given by hand.</param>
    /// <param name="listener">Told of repeated requests.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="RefusedException">MirrorOriginNotHttp: the source cannot be fetched by HTTP.</exception>
    public Task<MirrorRuleProposal> ProposeAsync(MigrationJob job, Uri? origin, ICredentialProvider? credential, IRunListener listener, CancellationToken cancellationToken)
        => new MirrorRuleProposer(environment, job, credential, listener).ProposeAsync(origin, cancellationToken);

    private static async Task RequireUnversionedAsync(OpenedBucket bucket, CancellationToken cancellationToken)
    {
        IBucketInspector? inspector = bucket.Find<IBucketInspector>();
        BucketVersioning versioning = inspector is null
            ? BucketVersioning.Unknown
            : (await bucket.CallAsync(inspector.InspectBucketAsync, cancellationToken).ConfigureAwait(false)).Versioning;
        switch (versioning)
        {
            case BucketVersioning.Enabled or BucketVersioning.Suspended:
                throw new RefusedException(
                    "MirrorVersioning",
                    $"Versioning of {bucket.DisplayName} is {versioning}, and OSS does not mirror into a bucket that has or had versioning.",
                    "Migrate to a bucket without versioning; what was switched on once cannot be undone.");
            case BucketVersioning.Unknown:
                throw new RefusedException(
                    "MirrorVersioningUnknown",
                    $"{bucket.DisplayName} does not tell whether it has versioning, with which OSS does not mirror.",
                    "Give the key the right oss:GetBucketInfo or oss:GetBucketVersioning.");
        }
    }
}
