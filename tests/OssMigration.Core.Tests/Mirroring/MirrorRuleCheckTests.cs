using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;
using Xunit;
using static OssMigration.Core.Tests.Mirroring.WebsiteDocuments;

namespace OssMigration.Core.Tests.Mirroring;

public sealed class MirrorRuleCheckTests
{
    public static TheoryData<string, MirrorRule> Refused => new()
    {
        { "https://", Rule() with { Origin = new Uri("from.example/", UriKind.RelativeOrAbsolute) } },
        { "https://", Rule() with { Origin = new Uri("ftp://from.example/") } },
        { "OriginCredential", Rule() with { Origin = new Uri("https://user:Pa55word@from.example/") } },
        { "query", Rule() with { Origin = new Uri("https://from.example/?token=Pa55word") } },
        { "AllowPrivateOrigin", Rule() with { Origin = new Uri("http://10.0.0.7/") } },
        { "AllowPrivateOrigin", Rule() with { Origin = new Uri("http://127.0.0.1:9000/") } },
        { "AllowPrivateOrigin", Rule() with { Origin = new Uri("http://100.100.2.136/") } },
        { "AllowPrivateOrigin", Rule() with { Origin = new Uri("http://[fd00::1]/") } },
        { "AllowPrivateOrigin", Rule() with { Origin = new Uri("https://nas/") } },
        { "AllowPrivateOrigin", Rule() with { Origin = new Uri("https://b.oss-cn-hangzhou-internal.aliyuncs.com/") } },
        { "probe", Rule() with { BackupOrigin = new Uri("https://standby.example/") } },
        { "backup origin only", Rule() with { Probe = new Uri("https://from.example/alive") } },
        { "slash", Rule("/mine/") },
        { "1023", Rule(new string('k', 1024)) },
        { "character", Rule("a\u0001") },
        { "11 headers", Rule() with { PassHeaders = [.. Enumerable.Range(0, 11).Select(i => $"h{i}")] } },
        { "a_b", Rule() with { RemoveHeaders = ["a_b"] } },
        { "twice", Rule() with { PassHeaders = ["a", "A"] } },
        { "line break", Rule() with { SetHeaders = new Dictionary<string, string> { ["h"] = "Pa55word\r\nx: y" } } },
        { "OriginRegion", Rule() with { Auth = new MirrorAuth("", "KEY", "Pa55word-and-more") } },
        { "secret", Rule() with { Auth = new MirrorAuth("eu-west-1", "KEY", "") } },
        { "stars", Rule() with { Auth = new MirrorAuth("eu-west-1", "KEY", "********") } },
        { "positive", Rule() with { Number = 0 } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_rule_that_cannot_work_is_refused_with_the_reason_and_no_secret(string reason, MirrorRule rule)
    {
        RefusedException refused = Assert.Throws<RefusedException>(() => MirrorRuleCheck.Check(rule, allowsPrivateOrigin: false, []));

        Assert.Equal("MirrorRuleInvalid", refused.ErrorId);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Pa55word", refused.ToString() + rule, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        RefusedException refused = Assert.Throws<RefusedException>(() => MirrorRuleCheck.Check(
            Rule("/x") with { Origin = new Uri("x", UriKind.Relative), RemoveHeaders = ["a b"] }, allowsPrivateOrigin: false, []));

        Assert.All((string[])["slash", "https://", "'a b'"], part => Assert.Contains(part, refused.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Slashes_are_added_and_private_origins_allowed_where_the_user_says_so()
    {
        MirrorRule rule = MirrorRuleCheck.Check(
            Rule() with { Origin = new Uri("http://10.0.0.7:9000/bucket"), BackupOrigin = new Uri("https://standby.example"), Probe = new Uri("http://10.0.0.7/alive?x=1") },
            allowsPrivateOrigin: true,
            []);

        Assert.Equal("http://10.0.0.7:9000/bucket/", rule.Origin.AbsoluteUri);
        Assert.Equal("https://standby.example/", rule.BackupOrigin!.AbsoluteUri);
        Assert.Equal("http://10.0.0.7/alive?x=1", rule.Probe!.AbsoluteUri);
    }

    [Fact]
    public void Plain_http_over_the_internet_is_a_warning()
    {
        List<string> warnings = [];

        MirrorRuleCheck.Check(Rule() with { Origin = new Uri("http://from.example/") }, allowsPrivateOrigin: false, warnings);

        Assert.Contains("in the clear", Assert.Single(warnings), StringComparison.Ordinal);
    }
}
