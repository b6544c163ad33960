using System.Xml.Linq;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Stores;
using Xunit;
using static OssMigration.Core.Tests.Mirroring.WebsiteDocuments;

namespace OssMigration.Core.Tests.Mirroring;

public sealed class WrittenDocumentTests
{
    [Fact]
    public void Order_namespace_and_indentation_mean_nothing()
    {
        XElement document = Parse(Everything);
        XElement other = Strip(document);

        Assert.True(DocumentMeaning.IsSame(document, other));
        Assert.Empty(WrittenDocument.Differences(document, other));
    }

    [Theory]
    [InlineData("<HostName>new.example</HostName>", "<HostName>evil.example</HostName>")]
    [InlineData("<HostName>new.example</HostName>", "")]
    [InlineData("<Deep>d</Deep>", "<Deep>e</Deep>")]
    [InlineData("<Pass>p-2</Pass>", "<Pass>p-3</Pass>")]
    [InlineData("a=\"b\"", "a=\"c\"")]
    [InlineData("<RuleNumber>7</RuleNumber>", "<RuleNumber>8</RuleNumber>")]
    [InlineData("<MirrorFollowRedirect>false</MirrorFollowRedirect>", "")]
    public void Another_value_is_another_meaning(string text, string other)
    {
        XElement changed = Parse(Everything.Replace(text, other, StringComparison.Ordinal));

        Assert.False(DocumentMeaning.IsSame(Parse(Everything), changed));
        if (!text.StartsWith("a=", StringComparison.Ordinal))
            Assert.NotEmpty(WrittenDocument.Differences(Parse(Everything), changed));
    }

    [Fact]
    public void Defaults_that_the_service_adds_or_leaves_out_and_masks_are_no_difference_after_a_write()
    {
        string read = Everything
            .Replace("<RedirectType>External</RedirectType>", "<RedirectType>External</RedirectType><PassQueryString>false</PassQueryString>", StringComparison.Ordinal)
            .Replace("<MirrorSaveOssMeta>false</MirrorSaveOssMeta>", "", StringComparison.Ordinal)
            .Replace(Secret, "******", StringComparison.Ordinal);

        Assert.Empty(WrittenDocument.Differences(Parse(Everything), Parse(read)));
        Assert.False(DocumentMeaning.IsSame(Parse(Everything), Parse(read)));
    }

    [Fact]
    public void A_rule_or_page_that_nobody_wrote_is_a_difference_and_no_difference_tells_a_value()
    {
        string one = Website(Mirror(1, "a/", Auth(Secret)));
        string two = Website(Mirror(1, "a/", Auth("An0therSecretAltogether")), Mirror(2, "b/"));
        string page = one.Replace("<RoutingRules>", "<ErrorDocument><Key>e</Key></ErrorDocument><RoutingRules>", StringComparison.Ordinal);

        IReadOnlyList<string> differences = WrittenDocument.Differences(Parse(one), Parse(two));

        Assert.Equal(2, differences.Count);
        Assert.DoesNotContain(differences, text => text.Contains("Secret", StringComparison.Ordinal) && !text.Contains("AccessKeySecret", StringComparison.Ordinal));
        Assert.Equal(["ErrorDocument was added"], WrittenDocument.Differences(Parse(one), Parse(page)));
    }

    /// <summary>The same in reverse order, without namespace and indentation.</summary>
    private static XElement Strip(XElement element) => element.HasElements
        ? new XElement(element.Name.LocalName, element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration), element.Elements().Reverse().Select(Strip))
        : new XElement(element.Name.LocalName, element.Attributes(), element.Value);
}
