using System.Xml.Linq;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Lifecycle;

/// <summary>What a standing rule is taken to say. A rule that is misread is one that deletes more than was asked for, or at another time.</summary>
public sealed class RuleEdgeTests
{
    private const string Bare = "<ID>ours</ID><Status>Enabled</Status>";

    private static readonly DateTimeOffset Due = LifecycleBench.Due;

    [Theory]
    [InlineData("<Prefix>a/</Prefix>", "a/", true, false)]
    [InlineData("<Filter><Prefix>b/</Prefix></Filter>", "b/", false, true)]
    [InlineData("<Filter><And><Prefix>c/</Prefix><Tag/></And></Filter>", "c/", false, true)]
    [InlineData("<Filter/>", "", false, true)]
    [InlineData("", "", false, false)]
    public void The_prefix_is_found_wherever_it_may_stand(string xml, string prefix, bool hasOwnPrefix, bool hasFilter)
    {
        StandingRule rule = Rule(xml);

        Assert.Equal((prefix, hasOwnPrefix, hasFilter), (rule.Prefix, rule.HasOwnPrefix, rule.HasFilter));
        Assert.True(rule.Touches(prefix + "more"));
        Assert.True(rule.Touches(""));
        Assert.Equal(prefix.Length == 0, rule.Touches("other"));
    }

    [Theory]
    [InlineData("<Prefix>a/</Prefix>", false)]
    [InlineData("<Filter/>", false)]
    [InlineData("<Filter><Prefix>a/</Prefix></Filter>", false)]
    [InlineData("<Filter><And><Prefix>a/</Prefix></And></Filter>", false)]
    [InlineData("<Prefix>a/</Prefix><Tag><Key>k</Key></Tag>", true)]
    [InlineData("<Filter><Tag><Key>k</Key></Tag></Filter>", true)]
    [InlineData("<Filter><Prefix>a/</Prefix><Not><Prefix>a/keep/</Prefix></Not></Filter>", true)]
    [InlineData("<Filter><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan></Filter>", true)]
    [InlineData("<Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key></Tag></And></Filter>", true)]
    [InlineData("<Filter><And><Tag><Key>k</Key></Tag></And></Filter>", true)]
    public void Whatever_narrows_a_rule_is_seen(string xml, bool isRestricted) => Assert.Equal(isRestricted, Rule(xml).IsRestricted);

    [Theory]
    [InlineData("<Date>2030-01-12T00:00:00Z</Date>", 0)]
    [InlineData("<Date> 2030-01-12T00:00:00.000Z\n</Date>", 0)]
    [InlineData("<Date>2030-01-12T08:00:00+08:00</Date>", 0)]
    [InlineData("<Date>2030-01-12T00:00:00</Date>", 0)]
    [InlineData("<Date>2030-01-12</Date>", 0)]
    [InlineData("<CreatedBeforeDate>2030-01-12T00:00:00.000Z</CreatedBeforeDate>", 0)]
    [InlineData("<Date>2030-01-12T00:00:00Z</Date><CreatedBeforeDate>2031-01-12T00:00:00.000Z</CreatedBeforeDate>", 0)]
    [InlineData("<Date>2030-01-12T00:00:00-08:00</Date>", 8)]
    public void A_date_is_read_in_UTC_whatever_its_form(string xml, int hours)
    {
        DateTimeOffset? date = Rule($"<Expiration>{xml}</Expiration>").ExpirationDate;

        Assert.Equal((Due.AddHours(hours), TimeSpan.Zero), (date, date!.Value.Offset));
    }

    [Theory]
    [InlineData("3", 3)]
    [InlineData(" 3", 3)]
    [InlineData("3\n", 3)]
    [InlineData(" 3 ", 3)]
    [InlineData("three", null)]
    [InlineData("", null)]
    [InlineData("1,000", null)]
    public void A_number_of_days_is_read_with_the_white_space_that_XML_may_have(string text, int? days)
    {
        StandingRule rule = Rule($"<Expiration><Days>{text}</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>{text}</NoncurrentDays></NoncurrentVersionExpiration>");

        Assert.Equal((days, days), (rule.ExpirationDays, rule.NoncurrentDays));
        Assert.Null(rule.ExpirationDate);
    }

    [Theory]
    [InlineData("<Expiration><Days>3</Days></Expiration>", "delete objects after 3 days")]
    [InlineData("<Expiration><Date>2030-01-12T00:00:00Z</Date></Expiration>", "delete objects from 2030-01-12T00:00:00Z on")]
    [InlineData("<Expiration><CreatedBeforeDate>2030-01-12T00:00:00.000Z</CreatedBeforeDate></Expiration>", "delete objects older than 2030-01-12T00:00:00.000Z")]
    [InlineData("<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>", "delete delete markers that are left alone")]
    [InlineData("<Expiration><ExpiredObjectDeleteMarker>false</ExpiredObjectDeleteMarker></Expiration>", "delete objects")]
    [InlineData("<Transition><StorageClass>GLACIER</StorageClass></Transition>", "move to GLACIER")]
    [InlineData("<Transition><Days>3</Days><StorageClass>IA</StorageClass></Transition><Odd/>", "move to IA after 3 days; Odd")]
    [InlineData("<Filter><Prefix>a</Prefix></Filter><Prefix>b</Prefix><Tag/>", "")]
    [InlineData("<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration>", "delete old versions after 2 days")]
    public void What_a_rule_does_is_said_in_words_and_where_it_applies_is_left_out(string xml, string words) => Assert.Equal(words, Rule(xml).Actions);

    [Theory]
    [InlineData("", true)]
    [InlineData("<Expiration><Days>9</Days></Expiration>", false)]
    [InlineData("<Tag><Key>k</Key></Tag>", false)]
    [InlineData("<Filter><Prefix>p/</Prefix></Filter>", false)]
    [InlineData("<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>", false)]
    public void A_date_rule_stands_only_where_nothing_else_is_in_it(string more, bool stands)
        => Assert.Equal(stands, Holds(LifecyclePhase.Objects, $"{Bare}{more}<Expiration><Date>2030-01-12T00:00:00Z</Date></Expiration>"));

    [Theory]
    [InlineData("true", "1", "", true)]
    [InlineData("false", "1", "", false)]
    [InlineData("true", "2", "", false)]
    [InlineData("true", "", "", false)]
    [InlineData("true", "1", "<Date>2030-01-12T00:00:00Z</Date>", false)]
    [InlineData("true", "1", "<Days>3</Days>", false)]
    public void A_rule_for_old_versions_stands_only_as_it_was_written(string markers, string days, string more, bool stands) => Assert.Equal(
        stands,
        Holds(
            LifecyclePhase.NoncurrentVersions,
            $"{Bare}<Expiration><ExpiredObjectDeleteMarker>{markers}</ExpiredObjectDeleteMarker>{more}</Expiration><NoncurrentVersionExpiration><NoncurrentDays>{days}</NoncurrentDays></NoncurrentVersionExpiration>"));

    [Fact]
    public void A_rule_that_is_not_enabled_does_not_stand()
        => Assert.False(Holds(LifecyclePhase.Objects, "<ID>ours</ID><Status>Disabled</Status><Expiration><Date>2030-01-12T00:00:00Z</Date></Expiration>"));

    [Fact]
    public void Conflicts_are_told_of_the_dates_that_come_before_and_of_the_same_one_only()
    {
        Assert.Empty(Conflicts(LifecyclePhase.Objects, "<Expiration><Date>2030-01-13T00:00:00Z</Date></Expiration>"));
        Assert.Equal(["Rule 'theirs' (prefix '') deletes on the same date."], Conflicts(LifecyclePhase.Objects, "<Expiration><Date>2030-01-12T00:00:00Z</Date></Expiration>"));
        Assert.Equal(
            ["Rule 'theirs' (prefix 'a', with a further filter) deletes from 2030-01-11 on, before the date."],
            Conflicts(LifecyclePhase.Objects, "<Filter><And><Prefix>a</Prefix><Tag/></And></Filter><Expiration><Date>2030-01-11T00:00:00Z</Date></Expiration>"));
    }

    [Fact]
    public void A_rule_for_old_versions_is_in_conflict_with_others_of_its_kind_only()
    {
        const string Both = "<Expiration><Days>3</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration>";

        Assert.Equal(["Rule 'theirs' (prefix '') deletes old versions already, after 2 days."], Conflicts(LifecyclePhase.NoncurrentVersions, Both));
        Assert.Empty(Conflicts(LifecyclePhase.NoncurrentVersions, "<Expiration><Days>3</Days></Expiration>"));
        Assert.Equal(2, Conflicts(LifecyclePhase.Objects, Both).Length);
    }

    [Theory]
    [InlineData("s3", "{http://s3.amazonaws.com/doc/2006-03-01/}LifecycleConfiguration", "2030-01-12T00:00:00Z")]
    [InlineData("oss", "LifecycleConfiguration", "2030-01-12T00:00:00.000Z")]
    public void A_first_rule_makes_a_document_in_the_form_of_its_store(string scheme, string root, string date)
    {
        LifecycleDocument document = new(null, scheme);
        Assert.Null(document.ToDocument());

        StandingRule put = document.Put(Record(LifecyclePhase.Objects));

        Assert.Equal(root, document.ToDocument()!.Root.Name.ToString());
        Assert.Equal(date, put.Element.Elements().Single(part => part.Name.LocalName == "Expiration").Value);
        string[] lines = [.. LifecycleDocument.ToText(put).Split('\n').Select(line => line.TrimEnd('\r'))];
        Assert.Equal(("<Rule>", "  <ID>ours</ID>"), (lines[0], lines[1]));
    }

    [Fact]
    public void A_rule_that_no_XML_can_hold_is_shown_all_the_same()
        => Assert.Contains("<Prefix>&#xFFFF;</Prefix>", LifecycleDocument.ToText(new StandingRule(new XElement("Rule", new XElement("Prefix", "\uFFFF")))), StringComparison.Ordinal);

    [Fact]
    public void The_order_of_rules_has_no_meaning()
    {
        const string One = "<Rule><ID>one</ID><Status>Enabled</Status></Rule>";
        const string Two = "<Rule><ID>two</ID><Status>Enabled</Status></Rule>";

        Assert.Equal(Meaning(One + Two), Meaning(Two + One));
        Assert.NotEqual(Meaning(One), Meaning(Two));

        static IReadOnlyList<string> Meaning(string rules) => new LifecycleDocument(LifecycleBench.Parse(rules), "s3").MeaningWithout([]);
    }

    private static bool Holds(LifecyclePhase phase, string rule) => new LifecycleDocument(LifecycleBench.Parse($"<Rule>{rule}</Rule>"), "s3").Holds(Record(phase));

    private static string[] Conflicts(LifecyclePhase phase, string rule) =>
    [
        .. StandingRules.Conflicts(
            new LifecycleDocument(LifecycleBench.Parse($"<Rule><ID>theirs</ID><Status>Enabled</Status>{rule}</Rule>"), "s3"), ["ours"], Record(phase)),
    ];

    private static StandingRule Rule(string xml) => new(XElement.Parse($"<Rule>{Bare}{xml}</Rule>"));

    private static LifecycleRecord Record(LifecyclePhase phase) => new()
    {
        RuleId = "ours",
        Phase = phase,
        Prefix = "",
        Date = phase == LifecyclePhase.Objects ? Due : null,
        ComparisonId = "c",
    };
}
