using System.Globalization;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Mirroring;

/// <summary>One test: are there rules that can work, which object is only at the source, does it come through OSS.</summary>
internal sealed class MirrorTestRun(EngineEnvironment environment, IOriginProbe probe, MirrorTestRequest request, OpenedBucket source, OpenedBucket destination)
{
    // One is fetched by HEAD, another by GET, so that each is proved by itself.
    private const int Wanted = 2;

    private MirrorRuleSet? _rules;

    /// <summary>Runs the test.</summary>
    public async Task<MirrorTest> RunAsync(CancellationToken cancellationToken)
    {
        if (await WhyImpossibleAsync(cancellationToken).ConfigureAwait(false) is { } impossible)
            return impossible;
        if (request.Key is { } key)
            return await TestKeyAsync(key, cancellationToken).ConfigureAwait(false);
        SourceOnlyObjects objects = await new SourceOnlySearch(source.Objects, destination.Objects, request.KeyPrefix, IsCovered).FindAsync(Wanted, cancellationToken).ConfigureAwait(false);
        if (objects.Found.Count > 0)
            return await FetchAsync(objects.Found, cancellationToken).ConfigureAwait(false);
        if (request.CreateProbe)
            return await TestProbeAsync(cancellationToken).ConfigureAwait(false);
        return objects.Uncovered is { } uncovered
            ? Result(MirrorTestCause.NoRule, $"No mirroring rule of {destination.DisplayName} covers the object, which is only at the source. Set a rule whose prefix and suffix its key has.", uncovered.Key)
            : Result(
                MirrorTestCause.NothingToFetch,
                string.Create(CultureInfo.InvariantCulture, $"Of {objects.Looked:N0} objects of the source none is missing at {destination.DisplayName}, so there is nothing that OSS would fetch.")) with
            { Advice = "Name a key (-Key), or let a small object be made at the source for the test (-CreateProbe)." };
    }

    private async Task<MirrorTest?> WhyImpossibleAsync(CancellationToken cancellationToken)
    {
        if (destination.Find<IBucketInspector>() is { } inspector)
        {
            BucketFacts facts = await destination.CallAsync(inspector.InspectBucketAsync, cancellationToken).ConfigureAwait(false);
            if (facts.Versioning is BucketVersioning.Enabled or BucketVersioning.Suspended)
                return Result(MirrorTestCause.Versioning, $"Versioning of {destination.DisplayName} is {facts.Versioning}, and OSS does not mirror into a bucket that has or had versioning. Migrate to a bucket without it.");
        }

        try
        {
            _rules = new WebsiteTree(await new WebsiteEdit(environment, destination).ReadAsync(cancellationToken).ConfigureAwait(false)).Rules;
        }
        catch (RefusedException refused)
        {
            return Result(MirrorTestCause.Other, refused.Message);
        }
        catch (StoreException denied) when (denied.Kind == StoreErrorKind.AccessDenied)
        {
            // Without the right to read the rules, whether the object comes is all that can be told.
        }

        return _rules is not null && !_rules.Mirrors.Any()
            ? Result(MirrorTestCause.NoRule, $"{destination.DisplayName} has no mirroring rule. Set one (Set-OssMirrorRule).")
            : null;
    }

    private async Task<MirrorTest> TestKeyAsync(string key, CancellationToken cancellationToken)
    {
        // A listing tells without fetching; a HEAD might fetch.
        ListPage page = await destination.Objects.ListPageAsync(new ListPageRequest(key, null, null, 1), cancellationToken).ConfigureAwait(false);
        if (page.Entries.Any(entry => entry.Key == key))
            return Result(MirrorTestCause.NothingToFetch, $"The object is at {destination.DisplayName} already, so OSS would not fetch it. Name one that has not arrived.", key);
        ObjectHead? head = await source.Objects.HeadAsync(key, cancellationToken).ConfigureAwait(false);
        return head is null
            ? Result(MirrorTestCause.NothingToFetch, $"The object is not at {source.DisplayName}, so there is nothing to fetch. Name one that is.", key)
            : await FetchAsync([head.Entry with { Key = key }], cancellationToken).ConfigureAwait(false);
    }

    private async Task<MirrorTest> TestProbeAsync(CancellationToken cancellationToken)
    {
        if (ProbeKey() is not { } key)
            return Result(MirrorTestCause.NoRule, $"No mirroring rule of {destination.DisplayName} covers keys below {request.Destination}. Set one that does.");
        byte[] content = new byte[64];
        for (int i = 0; i < content.Length; i++)
            content[i] = (byte)('a' + (int)(environment.Chance() * 26));
        ObjectHead? head;
        try
        {
            using MemoryStream body = new(content, writable: false);
            await source.Objects.PutAsync(new PutRequest(key, body, ObjectMetadata.Empty with { ContentType = "text/plain" }), cancellationToken).ConfigureAwait(false);
            head = await source.Objects.HeadAsync(key, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException error) when (!error.StopsJob)
        {
            await RemoveAsync(source.Objects, key).ConfigureAwait(false);
            return Result(MirrorTestCause.Other, $"A small object for the test could not be put at the source: {error.Describe()} Give the key the right to write there, or name an object of your own (-Key).", key);
        }

        MirrorTest test;
        try
        {
            test = head is null
                ? Result(MirrorTestCause.Other, $"The object that was put at {source.DisplayName} for the test is not there.", key)
                : await FetchAsync([head.Entry with { Key = key }], cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await RemoveAsync(source.Objects, key).ConfigureAwait(false);
            await RemoveAsync(destination.Objects, key).ConfigureAwait(false);
            throw;
        }

        // At the source first: OSS would fetch it again.
        string left = await RemoveAsync(source.Objects, key).ConfigureAwait(false) + await RemoveAsync(destination.Objects, key).ConfigureAwait(false);
        return test with { Message = test.Message + left };
    }

    private string? ProbeKey()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"ossmigration-mirror-probe-{(long)(environment.Chance() * 1e15):x}");
        string prefix = request.Destination.Prefix, below = prefix + request.KeyPrefix;
        if (_rules is null)
            return request.KeyPrefix + name;
        return _rules.Mirrors
            .Where(rule => rule.Conditions.Count == 0)
            // A rule for some of these keys only may be somebody else's.
            .OrderBy(rule => rule.CoversAllOf(below, null) ? 0 : 1)
            .Select(rule => rule.Prefix.StartsWith(below, StringComparison.Ordinal) ? rule.Prefix[prefix.Length..] + name + rule.Suffix
                : below.StartsWith(rule.Prefix, StringComparison.Ordinal) ? request.KeyPrefix + name + rule.Suffix : null)
            .FirstOrDefault(key => key is not null && IsCovered(key));
    }

    private static async Task<string> RemoveAsync(IObjectWriter store, string key)
    {
        try
        {
            await store.DeleteAsync(key, CancellationToken.None).ConfigureAwait(false);
            return "";
        }
        catch (StoreException error)
        {
            return $" The object that was made for the test could not be removed: {error.Describe()} Remove it.";
        }
    }

    private Task<MirrorTest> FetchAsync(IReadOnlyList<ObjectEntry> entries, CancellationToken cancellationToken)
        => new MirrorFetchTest(environment, probe, source, destination, RuleFor).RunAsync(entries, cancellationToken);

    private StandingRule? RuleFor(string key) => _rules?.Find(request.Destination.Prefix + key);

    private bool IsCovered(string key) => _rules is null || RuleFor(key)?.Mirror is not null;

    private MirrorTest Result(MirrorTestCause cause, string message, string? key = null)
        => new() { Cause = cause, Message = message, Key = key, TestedAt = environment.Time.GetUtcNow() };
}
