using System.Xml.Linq;
using OssMigration.Core.Preparation;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Preparation;

public sealed class DestinationAdviceTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(null, null)]
    [InlineData("Standard", null)]
    [InlineData("STANDARD", null)]
    [InlineData("IA", "reads cost extra")]
    [InlineData("Archive", "cannot be read before a restore")]
    [InlineData("DeepColdArchive", "cannot be read before a restore")]
    public void A_storage_class_says_what_it_means_for_what_arrives(string? storageClass, string? part)
    {
        string? advice = DestinationAdvice.OnStorageClass(storageClass);

        Assert.Equal(part is null, advice is null);
        Assert.Contains(part ?? "", advice ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<Expiration><Days>30</Days></Expiration>", "", "deletes objects 30 days after they arrive here")]
    [InlineData("<Expiration><CreatedBeforeDate>2026-04-01T00:00:00.000Z</CreatedBeforeDate></Expiration>", "", "deletes whatever arrives before 2026-04-01")]
    [InlineData("<Expiration><CreatedBeforeDate>2026-02-01T00:00:00.000Z</CreatedBeforeDate></Expiration>", "", null)]
    [InlineData("<Transition><Days>5</Days><StorageClass>ColdArchive</StorageClass></Transition>", "", "moves objects to ColdArchive")]
    [InlineData("<Transition><Days>5</Days><StorageClass>IA</StorageClass></Transition>", "", null)]
    [InlineData("<Expiration><Days>30</Days></Expiration>", "photos/raw/", "keys that begin with 'photos/raw/'")]
    [InlineData("<Expiration><Days>30</Days></Expiration>", "logs/", null)]
    [InlineData("<AbortMultipartUpload><Days>1</Days></AbortMultipartUpload>", "", null)]
    public void A_lifecycle_rule_says_what_it_does_to_what_arrives(string action, string rulePrefix, string? part)
    {
        BucketDocument document = Document($"<LifecycleConfiguration><Rule><ID>r</ID><Prefix>{rulePrefix}</Prefix><Status>Enabled</Status>{action}</Rule></LifecycleConfiguration>");

        string[] advice = [.. DestinationAdvice.OnLifecycle(document, "photos/", Now)];

        Assert.Equal(part is null ? 0 : 1, advice.Length);
        Assert.All(advice, sentence => Assert.Contains(part!, sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void A_disabled_rule_does_nothing_and_full_quotas_are_told()
    {
        string rule = "<Rule><ID>r</ID><Prefix></Prefix><Status>Disabled</Status><Expiration><Days>1</Days></Expiration></Rule>";
        string routing = string.Concat(Enumerable.Range(1, 20).Select(number => Mirror(number, $"other-{number}/")));

        Assert.Empty(DestinationAdvice.OnLifecycle(null, "", Now));
        Assert.Empty(DestinationAdvice.OnLifecycle(Document($"<LifecycleConfiguration>{rule}</LifecycleConfiguration>"), "", Now));
        Assert.Contains("1000 lifecycle rules", Assert.Single(DestinationAdvice.OnLifecycle(Document($"<LifecycleConfiguration>{string.Concat(Enumerable.Repeat(rule, 1000))}</LifecycleConfiguration>"), "", Now)), StringComparison.Ordinal);
        Assert.Contains("20 routing rules", Assert.Single(DestinationAdvice.OnWebsite(Website(routing), "photos/")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mirroring_rule_for_the_same_keys_is_told_and_another_is_not()
    {
        BucketDocument document = Website(Mirror(1, "photos/raw/") + Mirror(2, "logs/"));

        string advice = Assert.Single(DestinationAdvice.OnWebsite(document, "photos/"));

        Assert.Contains("#1", advice, StringComparison.Ordinal);
        Assert.Contains("origin.example", advice, StringComparison.Ordinal);
        Assert.Empty(DestinationAdvice.OnWebsite(null, "photos/"));
        Assert.Single(DestinationAdvice.OnWebsite(Document("<Strange/>"), "photos/"));
    }

    private static string Mirror(int number, string prefix) =>
        $"<RoutingRule><RuleNumber>{number}</RuleNumber><Condition><KeyPrefixEquals>{prefix}</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>"
        + "<Redirect><RedirectType>Mirror</RedirectType><MirrorURL>https://origin.example/</MirrorURL></Redirect></RoutingRule>";

    private static BucketDocument Website(string rules) => Document($"<WebsiteConfiguration><RoutingRules>{rules}</RoutingRules></WebsiteConfiguration>");

    private static BucketDocument Document(string xml) => new(XElement.Parse(xml), new Dictionary<string, string>());
}
