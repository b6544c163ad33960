using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Reporting.Export;
using OssMigration.Core.Stores;
using OssMigration.Sandbox.Tests;
using OssMigration.Stores;
using OssMigration.Stores.Tests;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>
/// 500 awkward objects, from the sandbox and from a real S3 server: what arrived, what changed and why, held against both ends object by object, is
/// what the forecast said before.
/// </summary>
public sealed class FidelityTests
{
    private static readonly FidelityPolicy Everything = new() { CopyTags = true, CopyAcls = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_forecast_says_of_500_awkward_objects_of_the_sandbox_is_what_arrives()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        using S3Client client = new(cloud.SourceAddress.Endpoint!, cloud.Sandbox.S3Keys.AccessKeyId, cloud.Sandbox.S3Keys.AccessKeySecret, () => DateTimeOffset.UtcNow);
        Assert.Equal(AwkwardObjects.Count, await AwkwardObjects.SeedAsync(client, cloud.SourceAddress.Bucket));
        cloud.Create(job => job with { Fidelity = Everything });

        await AssertArrivesAsync(cloud, cloud.Source);
    }

    [Fact]
    public async Task Every_odd_key_arrives_where_keys_are_encoded_and_the_lists_have_both_names()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        foreach (string key in OddKeys.All)
            await cloud.PutAsync(key, $"content of {key}");
        cloud.Create(job => job with { InvalidKeyAction = InvalidKeyAction.Encode });

        MigrationReport report = await cloud.RunAsync(Token);
        (IReadOnlyList<ComparisonItem> differences, ComparisonSummary summary) = await cloud.CompareAsync();

        Assert.Equal((RunStatus.Complete, OddKeys.All.Count), (report.Status, (int)report.Copied.Objects));
        Assert.True(summary.IsClean, string.Join(", ", differences));
        KeyEncoding encoding = new(cloud.Destination.Limits);
        foreach (string key in OddKeys.All)
            Assert.Equal($"content of {key}", System.Text.Encoding.UTF8.GetString(await Cloud.ReadAsync(cloud.Destination, encoding.Encode(key))));
        await new ReportExporter(cloud.Environment).ExportAsync(new ReportRequest { JobName = Cloud.JobName, Path = Path.Combine(cloud.Home, "lists.csv"), Format = ReportFormat.Csv }, SilentListener.Instance, Token);
        Assert.Contains("/ossmigration-keys/%252Fleading,", await File.ReadAllTextAsync(Path.Combine(cloud.Home, "lists_completed_list.csv"), Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_forecast_says_of_500_awkward_objects_of_a_real_S3_server_is_what_arrives()
    {
        RealS3Server server = RealS3Server.Require();
        string bucket = SandboxProcess.NewBucketName();
        using S3Client client = new(server.Endpoint, server.Keys.AccessKeyId, server.Keys.AccessKeySecret, () => DateTimeOffset.UtcNow) { Region = server.Region };
        Assert.Equal(200, (int)(await client.PutAsync(bucket, "")).Status);
        Assert.InRange(await AwkwardObjects.SeedAsync(client, bucket), 100, AwkwardObjects.Count);
        await using Cloud cloud = await Cloud.StartAsync(server.Address(bucket), new FixedCredentialProvider(server.Keys));
        cloud.Create(job => job with { Fidelity = Everything });

        await AssertArrivesAsync(cloud, cloud.Source);
    }

    private static async Task AssertArrivesAsync(Cloud cloud, IObjectStore source)
    {
        Dictionary<string, FidelityForecastItem> foreseen = [];
        FidelityForecaster forecaster = cloud.Engine.Foresee(
            new FidelityForecastRequest { JobName = Cloud.JobName, ReadsHeaders = true, IncludesCarried = true }, SilentListener.Instance);
        await foreach (FidelityForecastItem item in forecaster.ItemsAsync(Token))
            foreseen.Add(item.Key, item);
        Assert.Empty(await Cloud.KeysAsync(cloud.Destination));

        MigrationReport report = await cloud.RunAsync(Token);

        FidelityForecast forecast = forecaster.Forecast!;
        Assert.Equal(AwkwardObjects.Count, report.Listed.Objects);
        Assert.Equal((forecast.Listed, forecast.Copied, forecast.Unsupported, forecast.NeedsRestore), (report.Listed, report.Copied, report.Unsupported, report.NeedsRestore));
        Assert.Equal((0L, 0L), (report.Failed.Objects, forecast.Unread.Objects));
        Assert.All(report.Fidelity!, total => Assert.Equal(total.Foreseen, total.Happened));
        foreach (FidelityTotal total in report.Fidelity!)
            TestContext.Current.SendDiagnosticMessage("{0} {1}: foreseen {2}, happened {3}", total.Aspect, total.Effect, total.Foreseen?.Objects, total.Happened.Objects);

        HashSet<string> arrived = [.. await Cloud.KeysAsync(cloud.Destination)];
        foreach (string key in await Cloud.KeysAsync(source))
        {
            FidelityForecastItem item = foreseen[key];
            ObjectHead from = (await source.HeadAsync(key, Token))!;
            bool isExpected = item.Effect != FidelityEffect.Refused && from.Entry.Availability == ObjectAvailability.Readable;
            Assert.True(isExpected == arrived.Contains(key), $"'{key}': {item.Effect}, {item.Reason}");
            if (isExpected)
                await AssertObjectAsync(source, cloud.Destination, from, item);
        }
    }

    // An aspect is as it was exactly where the forecast has no finding on it.
    private static async Task AssertObjectAsync(IObjectStore source, IObjectStore destination, ObjectHead from, FidelityForecastItem item)
    {
        string key = from.Entry.Key;
        ObjectHead to = (await destination.HeadAsync(key, Token))!;
        Assert.Equal(await Cloud.ReadAsync(source, key), await Cloud.ReadAsync(destination, key));
        Check(FidelityAspect.ContentType, from.Metadata.ContentType == to.Metadata.ContentType);
        Check(FidelityAspect.Headers, HeadersOf(from.Metadata) == HeadersOf(to.Metadata));
        Check(FidelityAspect.Metadata, from.Metadata.User.All(pair => to.Metadata.User.TryGetValue(pair.Key, out string? value) && value == pair.Value));
        IReadOnlyList<KeyValuePair<string, string>> tags = await ((IObjectTraitReader)source).ReadTagsAsync(key, Token);
        IReadOnlyList<KeyValuePair<string, string>> carried = await ((IObjectTraitReader)destination).ReadTagsAsync(key, Token);
        Check(FidelityAspect.Tags, tags.Order(ByKey).SequenceEqual(carried.Order(ByKey)));
        AccessList access = await ((IObjectTraitReader)source).ReadAccessAsync(key, Token);
        bool isPublic = access.Grants.Any(grant => grant is { Kind: GranteeKind.Everyone, Permission: "READ" });
        Assert.Equal(isPublic ? "public-read" : "private", (await ((IObjectTraitReader)destination).ReadAccessAsync(key, Token)).Canned);
        Check(FidelityAspect.Acl, access.Grants.All(grant => grant.Kind == GranteeKind.Owner || grant is { Kind: GranteeKind.Everyone, Permission: "READ" }));
        Assert.Equal(from.Entry.StorageClass is "STANDARD_IA" or "ONEZONE_IA" or "GLACIER_IR" ? "IA" : "Standard", to.Entry.StorageClass);
        Check(FidelityAspect.Retention, from.Traits?.Retention is null);
        Check(FidelityAspect.Redirect, from.Traits?.Redirect is null);
        Assert.Equal(from.Traits?.Redirect, to.Metadata.User.GetValueOrDefault(KeptNames.Redirect));
        Assert.Equal(from.Entry.ETag, to.Metadata.User["ossmigration-version"]);

        void Check(FidelityAspect aspect, bool isSame)
            => Assert.True(isSame != item.Findings.Any(finding => finding.Aspect == aspect), $"{aspect} of '{key}': {(isSame ? "as it was" : "changed")}, foreseen: {item.Reason}");
    }

    private static readonly Comparer<KeyValuePair<string, string>> ByKey = Comparer<KeyValuePair<string, string>>.Create((left, right) => string.CompareOrdinal(left.Key, right.Key));

    private static (string?, string?, string?, string?, string?) HeadersOf(ObjectMetadata metadata)
        => (metadata.CacheControl, metadata.ContentDisposition, metadata.ContentEncoding, metadata.ContentLanguage, metadata.Expires);
}
