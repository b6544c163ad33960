using System.Net;
using Xunit;

namespace OssMigration.Sandbox.Tests;

public sealed class OssWebsiteTests(OssSandbox sandbox) : IClassFixture<OssSandbox>
{
    [Fact]
    public async Task The_document_is_kept_whole_until_it_is_replaced_or_deleted()
    {
        string document = Website(Rule(1, "<MirrorURL>http://127.0.0.1:9/</MirrorURL><SomethingNew><Inner a=\"b\">x</Inner></SomethingNew>"), "<!-- kept --><IndexDocument><Suffix>index.html</Suffix></IndexDocument>");

        OssAnswer none = await sandbox.SubResourceAsync("GET", null, "website");
        OssAnswer put = await sandbox.SubResourceAsync("PUT", null, "website", document);
        OssAnswer get = await sandbox.SubResourceAsync("GET", null, "website");
        OssAnswer delete = await sandbox.SubResourceAsync("DELETE", null, "website");

        Assert.Equal(HttpStatusCode.NotFound, none.Status);
        Assert.Equal("NoSuchWebsiteConfiguration", none.Code);
        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal(
            "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><RoutingRules><RoutingRule>"
            + "<Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals><KeyPrefixEquals></KeyPrefixEquals></Condition>"
            + "<Redirect><MirrorURL>http://127.0.0.1:9/</MirrorURL><RedirectType>Mirror</RedirectType><SomethingNew><Inner a=\"b\">x</Inner></SomethingNew></Redirect>"
            + "<RuleNumber>1</RuleNumber></RoutingRule></RoutingRules></WebsiteConfiguration>",
            get.Text.Split('\n')[^1]);
        Assert.Equal(HttpStatusCode.NoContent, delete.Status);
        Assert.Equal("NoSuchWebsiteConfiguration", (await sandbox.SubResourceAsync("GET", null, "website")).Code);
    }

    [Fact]
    public async Task A_secret_is_shown_or_masked_as_the_sandbox_is_told_and_works_either_way()
    {
        await using OssSandboxScope scope = await OssSandboxScope.StartAsync();
        string document = Website(Rule(1, "<MirrorURL>http://127.0.0.1:9/</MirrorURL><MirrorAuth><AuthType>S3V4</AuthType><Region>r</Region><AccessKeyId>id</AccessKeyId><AccessKeySecret>the-secret</AccessKeySecret></MirrorAuth>"));
        await scope.Sandbox.SubResourceAsync("PUT", null, "website", document);

        OssAnswer shown = await scope.Sandbox.SubResourceAsync("GET", null, "website");
        scope.Sandbox.Side.Website.MasksSecrets = true;
        OssAnswer masked = await scope.Sandbox.SubResourceAsync("GET", null, "website");

        Assert.Equal("the-secret", shown.Element("AccessKeySecret"));
        Assert.Equal("******", masked.Element("AccessKeySecret"));
        Assert.Equal("id", masked.Element("AccessKeyId"));
    }

    [Fact]
    public async Task Twenty_rules_are_the_most()
    {
        string[] rules = [.. Enumerable.Range(1, 21).Select(i => Rule(i, "<MirrorURL>http://127.0.0.1:9/</MirrorURL>"))];

        Assert.Equal(HttpStatusCode.OK, (await sandbox.SubResourceAsync("PUT", null, "website", Website(string.Concat(rules[..20])), "second-bucket")).Status);
        Assert.Equal("InvalidArgument", (await sandbox.SubResourceAsync("PUT", null, "website", Website(string.Concat(rules)), "second-bucket")).Code);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "no slash at the end of the URL", Website(Rule(1, "<MirrorURL>http://127.0.0.1:9</MirrorURL>")) },
        { "another scheme", Website(Rule(1, "<MirrorURL>ftp://127.0.0.1/</MirrorURL>")) },
        { "no URL", Website(Rule(1, "")) },
        { "number zero", Website(Rule(0, "<MirrorURL>http://127.0.0.1:9/</MirrorURL>")) },
        { "number twice", Website(Rule(1, "<MirrorURL>http://127.0.0.1:9/</MirrorURL>") + Rule(1, "<MirrorURL>http://127.0.0.1:9/</MirrorURL>")) },
        { "another error code", Website(Rule(1, "<MirrorURL>http://127.0.0.1:9/</MirrorURL>")).Replace("404", "403", StringComparison.Ordinal) },
        { "a slave without a probe", Website(Rule(1, "<MirrorURL>http://127.0.0.1:9/</MirrorURL><MirrorURLSlave>http://127.0.0.1:8/</MirrorURLSlave>")) },
        { "both replacements", Website(Rule(1, "<MirrorURL>http://127.0.0.1:9/</MirrorURL><EnableReplacePrefix>true</EnableReplacePrefix><ReplaceKeyWith>x</ReplaceKeyWith>")) },
        { "eleven headers", Website(Rule(1, $"<MirrorURL>http://127.0.0.1:9/</MirrorURL><MirrorHeaders>{string.Concat(Enumerable.Range(0, 11).Select(i => $"<Pass>h{i}</Pass>"))}</MirrorHeaders>")) },
        { "a header name with underscore", Website(Rule(1, "<MirrorURL>http://127.0.0.1:9/</MirrorURL><MirrorHeaders><Remove>a_b</Remove></MirrorHeaders>")) },
        { "a transparent code below 400", Website(Rule(1, "<MirrorURL>http://127.0.0.1:9/</MirrorURL><TransparentMirrorResponseCodes>302</TransparentMirrorResponseCodes>")) },
        { "an incomplete authorisation", Website(Rule(1, "<MirrorURL>http://127.0.0.1:9/</MirrorURL><MirrorAuth><AuthType>S3V4</AuthType><Region>r</Region></MirrorAuth>")) },
        { "a flag that is neither true nor false", Website(Rule(1, "<MirrorURL>http://127.0.0.1:9/</MirrorURL><MirrorCheckMd5>yes</MirrorCheckMd5>")) },
        { "no content", "<WebsiteConfiguration></WebsiteConfiguration>" },
        { "another root", "<Website/>" },
        { "no XML", "<WebsiteConfiguration>" },
        { "a document type", "<!DOCTYPE a [<!ENTITY b \"c\">]><WebsiteConfiguration><IndexDocument><Suffix>&b;</Suffix></IndexDocument></WebsiteConfiguration>" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_document_that_breaks_a_rule_is_refused_and_changes_nothing(string why, string document)
    {
        await using OssSandboxScope scope = await OssSandboxScope.StartAsync();
        OssAnswer answer = await scope.Sandbox.SubResourceAsync("PUT", null, "website", document);

        Assert.True(answer.Status == HttpStatusCode.BadRequest, why);
        Assert.Equal("NoSuchWebsiteConfiguration", (await scope.Sandbox.SubResourceAsync("GET", null, "website")).Code);
    }

    [Fact]
    public async Task A_wrong_content_md5_of_a_document_is_refused()
    {
        OssAnswer answer = await sandbox.SendAsync(new OssCall("PUT", OssSandbox.Bucket)
        {
            Query = [("website", null)],
            Body = "<WebsiteConfiguration/>"u8.ToArray(),
            Headers = { ["Content-MD5"] = TestDigests.Md5("something else") },
        });

        Assert.Equal("InvalidDigest", answer.Code);
    }

    [Fact]
    public async Task An_external_rule_sends_the_client_elsewhere()
    {
        const string Redirect = "<RoutingRule><RuleNumber>1</RuleNumber><Condition><KeyPrefixEquals>old/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>"
            + "<Redirect><RedirectType>External</RedirectType><Protocol>https</Protocol><HostName>example.com</HostName><HttpRedirectCode>301</HttpRedirectCode>"
            + "<EnableReplacePrefix>true</EnableReplacePrefix><ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith></Redirect></RoutingRule>";
        await using OssSandboxScope scope = await OssSandboxScope.StartAsync();
        await scope.Sandbox.SubResourceAsync("PUT", null, "website", Website(Redirect));

        OssAnswer answer = await scope.Sandbox.GetAsync("old/a b");

        Assert.Equal(HttpStatusCode.MovedPermanently, answer.Status);
        Assert.Equal("https://example.com/new/a%20b", answer.Header("Location"));
        Assert.Equal("NoSuchKey", (await scope.Sandbox.GetAsync("other")).Code);
    }

    internal static string Mirror(string origin, string prefix = "", string redirect = "") =>
        Website(Rule(1, $"<MirrorURL>{origin}</MirrorURL>{redirect}", prefix));

    internal static string Website(string rules, string more = "") => $"<WebsiteConfiguration>{more}<RoutingRules>{rules}</RoutingRules></WebsiteConfiguration>";

    internal static string Rule(int number, string redirect, string prefix = "") =>
        $"<RoutingRule><RuleNumber>{number}</RuleNumber><Condition><KeyPrefixEquals>{prefix}</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>"
        + $"<Redirect><RedirectType>Mirror</RedirectType>{redirect}</Redirect></RoutingRule>";
}
