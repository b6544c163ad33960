#if NET10_0_OR_GREATER
using CsCheck;
#endif
using System.Xml.Linq;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Lifecycle;

/// <summary>Edits of the tree alone.</summary>
public sealed class LifecycleDocumentTests
{
    [Theory]
    [InlineData("<a><Prefix>x </Prefix></a>", "<a><Prefix>x</Prefix></a>", false)]
    [InlineData("<a><Days> 3 </Days></a>", "<a><Days>3</Days></a>", true)]
    [InlineData("<a><Date>2030-01-12T00:00:00.000Z</Date></a>", "<a><Date>2030-01-12T08:00:00+08:00</Date></a>", true)]
    [InlineData("<a><b/><c/></a>", "<n:a xmlns:n='urn:x'>\n <n:c></n:c> <n:b/></n:a>", true)]
    [InlineData("<a><b/></a>", "<a><b/><b/></a>", false)]
    [InlineData("<a><b>1</b><c>2</c></a>", "<a><b>2</b><c>1</c></a>", false)]
    [InlineData("<a x='1'/>", "<a x='2'/>", false)]
    [InlineData("<a><b><c/></b></a>", "<a><b/><c/></a>", false)]
    public void Documents_are_compared_by_what_they_say(string left, string right, bool isSame)
        => Assert.Equal(isSame, DocumentMeaning.IsSame(XElement.Parse(left), XElement.Parse(right)));

#if NET10_0_OR_GREATER
    [Fact]
    public void Whatever_stands_survives_a_rule_put_twice_and_removed() => Documents.Sample(
        standing =>
        {
            BucketDocument before = LifecycleBench.Parse(standing.Rules, "all_storage_classes_128K");
            LifecycleDocument document = new(before, "s3");
            string[] others = [.. document.MeaningWithout([])];

            foreach (int days in (int[])[2, 1])
                document.Put(Rule(standing.Prefix, LifecyclePhase.Objects) with { Date = new DateTimeOffset(2030, 1, 1 + days, 0, 0, 0, TimeSpan.Zero) });
            document.Put(Rule(standing.Prefix, LifecyclePhase.NoncurrentVersions) with { RuleId = "ours.versions" });
            LifecycleDocument written = new(document.ToDocument(), "s3");

            Assert.True(written.Holds(Rule(standing.Prefix, LifecyclePhase.Objects)));
            Assert.True(written.Holds(Rule(standing.Prefix, LifecyclePhase.NoncurrentVersions) with { RuleId = "ours.versions" }));
            Assert.Equal(others, written.MeaningWithout(["ours", "ours.versions"]));
            bool isMixed = LifecycleBench.Parse(standing.Rules) is { } bare && new LifecycleDocument(bare, "s3").Rules is var rules
                && rules.Any(rule => rule.HasOwnPrefix) && rules.Any(rule => rule.HasFilter);
            Assert.True(isMixed || !(written.Rules.Any(rule => rule.HasOwnPrefix) && written.Rules.Any(rule => rule.HasFilter)));
            Assert.True(written.Remove("ours") && written.Remove("ours.versions") && !written.Remove("ours"));
            Assert.True(standing.Rules.Length == 0 ? written.ToDocument() is null : DocumentMeaning.IsSame(before, written.ToDocument()));
        },
        iter: 500);

    private static Gen<(string Prefix, string Rules)> Documents { get; } =
        from prefix in Gen.OneOf<string>("", "data/", " a\n", "€/\U0001F600", "<&>")
        from rules in Gen.Select(
            Gen.Int[0, 9],
            Gen.Bool,
            Gen.OneOf<string>("", "<Filter/>", "<Filter><Prefix>a b</Prefix></Filter>", "<Prefix>old/</Prefix>", "<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>"),
            Gen.OneOf<string>("<Expiration><Days>3</Days></Expiration>", "<Transition><Days>3</Days><StorageClass>GLACIER</StorageClass></Transition>", "<Unknown><Deep a=\"1\">x</Deep></Unknown>"),
            (id, isEnabled, filter, action) => $"<Rule>{(id == 0 ? "" : $"<ID>rule-{id}</ID>")}{filter}<Status>{(isEnabled ? "Enabled" : "Disabled")}</Status>{action}</Rule>").Array[0, 6]
        select (prefix, string.Concat(rules));
#endif

    private static LifecycleRecord Rule(string prefix, LifecyclePhase phase) => new()
    {
        RuleId = "ours",
        Phase = phase,
        Prefix = prefix,
        Date = phase == LifecyclePhase.Objects ? new DateTimeOffset(2030, 1, 2, 0, 0, 0, TimeSpan.Zero) : null,
        ComparisonId = "c",
    };
}
