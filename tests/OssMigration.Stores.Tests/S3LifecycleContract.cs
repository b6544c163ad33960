using System.Text;
using System.Xml.Linq;
using Amazon.S3;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;
using OssMigration.Stores.S3;
using OssMigration.TestKit;
using Xunit;
using AwsModel = Amazon.S3.Model;

namespace OssMigration.Stores.Tests;

/// <summary>Lifecycle configuration and versions of a bucket, on every S3 server that there is.</summary>
public abstract class S3LifecycleContract : IAsyncLifetime
{
    private StoreAddress? _address;
    private ICredentialProvider? _keys;
    private S3Store? _store;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private S3Store Store => _store ?? throw new InvalidOperationException("The test has not begun.");

    /// <summary>Whether the server keeps x-amz-transition-default-minimum-object-size.</summary>
    protected abstract bool KeepsMinimumSize { get; }

    public async ValueTask InitializeAsync()
    {
        (_address, _keys) = await LocateAsync();
        await S3TestBucket.CreateAsync(_address, _keys, Token);
        _store = S3Store.Open(_address, new StoreOpenOptions { Credential = _keys });
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_store is null)
            return;
        foreach (ObjectVersion version in await VersionsAsync(""))
            await SendAsync(new S3Request(HttpMethod.Delete, version.Key, PercentEncoding.EncodeKey(version.Key), $"versionId={PercentEncoding.EncodeValue(version.VersionId)}"));
        await _store.DisposeAsync();
        await S3TestBucket.RemoveAsync(_address!, _keys!, CancellationToken.None);
    }

    [Fact]
    public async Task A_configuration_is_written_read_back_replaced_and_removed()
    {
        Assert.Null(await Store.ReadDocumentAsync(BucketDocumentKind.Lifecycle, Token));
        await Store.DeleteDocumentAsync(BucketDocumentKind.Lifecycle, Token);

        await WriteAsync(Rule("one", "data/ä €&<>'\"+ %2F"), Rule("two", ""));
        Assert.Equal(["one|data/ä €&<>'\"+ %2F|2035-01-02", "two||2035-01-02"], await RulesAsync());
        BucketDocument standing = (await Store.ReadDocumentAsync(BucketDocumentKind.Lifecycle, Token))!;
        await Store.WriteDocumentAsync(BucketDocumentKind.Lifecycle, standing, Token);
        Assert.Equal(["one|data/ä €&<>'\"+ %2F|2035-01-02", "two||2035-01-02"], await RulesAsync());
        await WriteAsync(Rule("three", "x/"));
        Assert.Equal(["three|x/|2035-01-02"], await RulesAsync());

        await Store.DeleteDocumentAsync(BucketDocumentKind.Lifecycle, Token);
        Assert.Null(await Store.ReadDocumentAsync(BucketDocumentKind.Lifecycle, Token));
    }

    [Fact]
    public async Task The_SDK_of_AWS_reads_the_rules_that_we_set()
    {
        await WriteAsync(Rule("one", "data/ä €&<>'\"+ %2F"), VersionsRule("two", "data/"));
        StoreCredential keys = (await _keys!.GetAsync(refresh: false, Token))!;
        AmazonS3Config config = new() { ServiceURL = _address!.Endpoint!.AbsoluteUri, ForcePathStyle = true, AuthenticationRegion = _address.Region };
        using AmazonS3Client client = new(keys.AccessKeyId, keys.AccessKeySecret, config);

        AwsModel.GetLifecycleConfigurationResponse answer = await client.GetLifecycleConfigurationAsync(_address.Bucket, Token);

        AwsModel.LifecycleRule[] rules = [.. answer.Configuration.Rules.OrderBy(rule => rule.Id, StringComparer.Ordinal)];
        Assert.Equal(["one", "two"], rules.Select(rule => rule.Id));
        Assert.Equal(["data/ä €&<>'\"+ %2F", "data/"], rules.Select(rule => ((AwsModel.LifecyclePrefixPredicate)rule.Filter.LifecycleFilterPredicate).Prefix));
        Assert.All(rules, rule => Assert.Equal(LifecycleRuleStatus.Enabled, rule.Status));
        Assert.Equal(new DateTime(2035, 1, 2, 0, 0, 0, DateTimeKind.Utc), rules[0].Expiration.Date!.Value.ToUniversalTime());
        Assert.Equal((true, 1), (rules[1].Expiration.ExpiredObjectDeleteMarker, rules[1].NoncurrentVersionExpiration.NoncurrentDays));
    }

    [Fact]
    public async Task The_header_that_belongs_to_the_configuration_goes_back_with_it()
    {
        Assert.SkipUnless(KeepsMinimumSize, "This server does not know the header.");
        BucketDocument document = Document(Rule("one", "data/")) with { Headers = new Dictionary<string, string> { ["x-amz-transition-default-minimum-object-size"] = "varies_by_storage_class" } };

        await Store.WriteDocumentAsync(BucketDocumentKind.Lifecycle, document, Token);
        BucketDocument read = (await Store.ReadDocumentAsync(BucketDocumentKind.Lifecycle, Token))!;
        await Store.WriteDocumentAsync(BucketDocumentKind.Lifecycle, read, Token);

        Assert.Equal("varies_by_storage_class", (await Store.ReadDocumentAsync(BucketDocumentKind.Lifecycle, Token))!.Headers["x-amz-transition-default-minimum-object-size"]);
    }

    [Fact]
    public async Task A_bucket_of_S3_has_no_website_document_of_ours()
    {
        foreach (Func<Task> call in (Func<Task>[])[
            () => Store.ReadDocumentAsync(BucketDocumentKind.Website, Token), () => Store.WriteDocumentAsync(BucketDocumentKind.Website, Document(), Token),
            () => Store.DeleteDocumentAsync(BucketDocumentKind.Website, Token)])
            Assert.Equal(StoreErrorKind.NotSupported, (await Assert.ThrowsAsync<StoreException>(call)).Kind);
    }

    [Fact]
    public async Task Versions_and_delete_markers_are_listed_newest_first()
    {
        await PutAsync("before", "12345");
        await SetVersioningAsync("Enabled");
        await PutAsync("odd/ä €&<>'\"+ %2F", "1");
        await PutAsync("twice", "12");
        await PutAsync("twice", "123");
        await Store.DeleteAsync("twice", Token);

        List<ObjectVersion> versions = await VersionsAsync("");

        Assert.Equal(
            [("before", true, false, 5L), ("odd/ä €&<>'\"+ %2F", true, false, 1L), ("twice", true, true, 0L), ("twice", false, false, 3L), ("twice", false, false, 2L)],
            versions.Select(version => (version.Key, version.IsLatest, version.IsDeleteMarker, version.Size)));
        Assert.Equal("null", versions[0].VersionId);
        Assert.Equal(5, versions.Select(version => (version.Key, version.VersionId)).Distinct().Count());
        Assert.All(versions, version => Assert.True(version.LastModified > DateTimeOffset.UnixEpoch));
        Assert.Equal(3, (await VersionsAsync("tw")).Count);
        await SetVersioningAsync("Suspended");
        Assert.Equal(BucketVersioning.Suspended, (await Store.InspectBucketAsync(Token)).Versioning);
    }

    /// <summary>A bucket that is to be made, and its keys.</summary>
    protected abstract Task<(StoreAddress Address, ICredentialProvider Keys)> LocateAsync();

    private static XElement Rule(string id, string prefix)
    {
        XNamespace ns = "http://s3.amazonaws.com/doc/2006-03-01/";
        return new XElement(
            ns + "Rule", new XElement(ns + "ID", id), new XElement(ns + "Filter", new XElement(ns + "Prefix", prefix)), new XElement(ns + "Status", "Enabled"),
            new XElement(ns + "Expiration", new XElement(ns + "Date", "2035-01-02T00:00:00Z")));
    }

    private static XElement VersionsRule(string id, string prefix)
    {
        XElement rule = Rule(id, prefix);
        XNamespace ns = rule.Name.Namespace;
        rule.Elements(ns + "Expiration").Remove();
        rule.Add(new XElement(ns + "Expiration", new XElement(ns + "ExpiredObjectDeleteMarker", "true")));
        rule.Add(new XElement(ns + "NoncurrentVersionExpiration", new XElement(ns + "NoncurrentDays", "1")));
        return rule;
    }

    private static BucketDocument Document(params XElement[] rules) => new(
        new XElement(XName.Get("LifecycleConfiguration", "http://s3.amazonaws.com/doc/2006-03-01/"), rules), new Dictionary<string, string>());

    private Task WriteAsync(params XElement[] rules) => Store.WriteDocumentAsync(BucketDocumentKind.Lifecycle, Document(rules), Token);

    private async Task<IEnumerable<string>> RulesAsync()
    {
        BucketDocument document = (await Store.ReadDocumentAsync(BucketDocumentKind.Lifecycle, Token))!;
        return document.Root.Elements().Where(element => element.Name.LocalName == "Rule")
            .Select(rule => $"{Text(rule, "ID")}|{Text(rule, "Prefix")}|{Text(rule, "Date")[..10]}").Order(StringComparer.Ordinal);
    }

    private static string Text(XElement rule, string name) => rule.Descendants().First(element => element.Name.LocalName == name).Value;

    private async Task<List<ObjectVersion>> VersionsAsync(string prefix)
    {
        List<ObjectVersion> all = [];
        VersionMarker? after = null;
        do
        {
            VersionPage page = await Store.ListVersionPageAsync(prefix, after, CancellationToken.None);
            all.AddRange(page.Versions);
            after = page.Next;
        }
        while (after is not null);
        return all;
    }

    private async Task PutAsync(string key, string text)
    {
        using MemoryStream body = new(Encoding.UTF8.GetBytes(text));
        await Store.PutAsync(new PutRequest(key, body, ObjectMetadata.Empty), Token);
    }

    private async Task SetVersioningAsync(string state)
    {
        using MemoryStream body = new(Encoding.UTF8.GetBytes($"<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>{state}</Status></VersioningConfiguration>"));
        await SendAsync(S3Request.ForSubResource(HttpMethod.Put, "versioning", body));
    }

    private async Task SendAsync(S3Request request)
    {
        using S3Client client = new(_address!, _keys!, new HttpTransportOptions(), _ => null);
        using HttpAnswer answer = await client.SendAsync(request, CancellationToken.None);
    }
}

public sealed class S3LifecycleOnSandboxTests(SandboxFixture fixture) : S3LifecycleContract
{
    protected override bool KeepsMinimumSize => true;

    protected override async Task<(StoreAddress Address, ICredentialProvider Keys)> LocateAsync()
    {
        SandboxProcess sandbox = await fixture.StartedAsync();
        return (sandbox.Address(SandboxSide.S3, SandboxProcess.NewBucketName()), sandbox.Credential(SandboxSide.S3));
    }
}

public sealed class S3LifecycleOnRealServerTests : S3LifecycleContract
{
    protected override bool KeepsMinimumSize => false;

    protected override Task<(StoreAddress Address, ICredentialProvider Keys)> LocateAsync()
    {
        RealS3Server server = RealS3Server.Require();
        return Task.FromResult<(StoreAddress, ICredentialProvider)>((server.Address(S3TestBucket.NewName()), new FixedCredentialProvider(server.Keys)));
    }
}
