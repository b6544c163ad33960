using System.Globalization;
using System.Xml.Linq;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using Xunit;
using static OssMigration.Core.Tests.Mirroring.WebsiteDocuments;

namespace OssMigration.Core.Tests.Mirroring;

public sealed class WebsiteTreeTests
{
    [Fact]
    public void A_rule_is_added_to_a_document_with_every_element_and_removed_again_and_nothing_else_changes()
    {
        XElement before = Parse(Everything);
        WebsiteTree tree = new(before);

        tree.Set(Rule(), dropsAuth: false, []);
        XElement with = new(tree.Root);
        Assert.Equal(1, tree.Remove("mine/", null));

        Assert.True(DocumentMeaning.IsSame(before, tree.Root));
        XElement mine = Assert.Single(with.Descendants(), element => element.Name.LocalName == "RoutingRule" && element.Value.Contains("mine/", StringComparison.Ordinal));
        Assert.Equal(before.Name.Namespace, mine.Name.Namespace);
        mine.Remove();
        Assert.True(DocumentMeaning.IsSame(before, with));
    }

    [Fact]
    public void A_rule_that_is_set_reads_back_with_every_value()
    {
        MirrorRule rule = new()
        {
            Prefix = "a b/<&>",
            Suffix = ".jpg",
            Origin = new Uri("https://from.example/base/"),
            BackupOrigin = new Uri("https://standby.example/"),
            Probe = new Uri("https://from.example/alive?x=1"),
            PassQueryString = true,
            FollowRedirects = false,
            CheckMd5 = true,
            SendSni = true,
            PassAllHeaders = true,
            PassHeaders = ["p-1", "p-2"],
            RemoveHeaders = ["r-1"],
            SetHeaders = new Dictionary<string, string> { ["s-1"] = "v <1>" },
            ReplacePrefixWith = "",
            Auth = new MirrorAuth("eu-west-1", "KEY", Secret),
            AllowHead = false,
            SaveMetadata = false,
            KeepLastModified = true,
        };
        WebsiteTree tree = new(null);

        tree.Set(rule, dropsAuth: false, []);

        MirrorRule read = Assert.Single(new WebsiteTree(XElement.Parse(tree.Root.ToString())).Rules.Mirrors).Mirror!;
        Assert.Equal(rule.PassHeaders, read.PassHeaders);
        Assert.Equal(rule.RemoveHeaders, read.RemoveHeaders);
        Assert.Equal(rule.SetHeaders, read.SetHeaders);
        Assert.Equal(
            rule with { Number = 10, Auth = rule.Auth with { Secret = null }, PassHeaders = [], RemoveHeaders = [], SetHeaders = rule.SetHeaders },
            read with { PassHeaders = [], RemoveHeaders = [], SetHeaders = rule.SetHeaders });
        Assert.Contains(Secret, tree.Root.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Setting_a_rule_again_keeps_its_number_and_what_we_do_not_know_of_it_and_sets_everything_else()
    {
        string standing = Website(Mirror(4, "mine/", "<MirrorProxyPass>true</MirrorProxyPass><MirrorSNI>false</MirrorSNI><PassQueryString>true</PassQueryString><Future><X>1</X></Future><MirrorHeaders><Pass>old</Pass></MirrorHeaders>"));
        WebsiteTree tree = new(Parse(standing));
        List<string> warnings = [];

        Assert.Equal(4, tree.Set(Rule(), dropsAuth: false, warnings));

        StandingRule read = Assert.Single(tree.Rules.Rules);
        Assert.Equal(["MirrorProxyPass", "Future"], read.OtherElements);
        Assert.True(read.Mirror!.SendSni);
        Assert.False(read.Mirror.PassQueryString);
        Assert.Empty(read.Mirror.PassHeaders);
        Assert.Equal("https://from.example/", read.Mirror.Origin.AbsoluteUri);
        Assert.Contains(warnings, warning => warning.Contains("MirrorProxyPass", StringComparison.Ordinal));
    }

    [Fact]
    public void A_twenty_first_rule_is_refused_whatever_the_kind_of_the_others_and_the_twentieth_may_be_replaced()
    {
        string external = "<RoutingRule><RuleNumber>1</RuleNumber><Condition><KeyPrefixEquals>x/</KeyPrefixEquals></Condition><Redirect><RedirectType>External</RedirectType></Redirect></RoutingRule>";
        WebsiteTree tree = new(Parse(Website([external, .. Enumerable.Range(2, 19).Select(i => Mirror(i, $"r{i}/"))])));

        RefusedException refused = Assert.Throws<RefusedException>(() => tree.Set(Rule(), dropsAuth: false, []));
        Assert.Equal("MirrorRuleLimit", refused.ErrorId);
        Assert.Contains("20", refused.Message, StringComparison.Ordinal);
        Assert.Equal(20, tree.Set(Rule("r20/"), dropsAuth: false, []));
        Assert.Equal(20, tree.Rules.Rules.Count);
    }

    [Theory]
    [InlineData("", "all:10", 9)]
    [InlineData("narrow:10", "all:20", 19)]
    [InlineData("narrow:10", "", 20)]
    [InlineData("all:20", "narrow:30", 19)]
    public void A_new_rule_goes_behind_the_narrower_and_before_the_wider(string one, string other, int expected)
    {
        string[] rules = [.. new[] { one, other }.Where(text => text.Length > 0).Select(text => text.Split(':'))
            .Select(parts => Mirror(int.Parse(parts[1], CultureInfo.InvariantCulture), parts[0] == "all" ? "" : "mine/deep/"))];
        WebsiteTree tree = new(Parse(Website(rules)));

        Assert.Equal(expected, tree.Set(Rule(), dropsAuth: false, []));
    }

    [Fact]
    public void A_rule_that_could_never_act_is_refused_by_the_name_of_the_one_before_it()
    {
        WebsiteTree tree = new(Parse(Website(Mirror(1, ""))));

        RefusedException chosen = Assert.Throws<RefusedException>(() => tree.Set(Rule(), dropsAuth: false, []));
        RefusedException given = Assert.Throws<RefusedException>(() => tree.Set(Rule() with { Number = 5 }, dropsAuth: false, []));
        RefusedException taken = Assert.Throws<RefusedException>(() => tree.Set(Rule() with { Number = 1 }, dropsAuth: false, []));

        Assert.Equal(("MirrorRuleShadowed", "MirrorRuleShadowed", "MirrorRuleNumberTaken"), (chosen.ErrorId, given.ErrorId, taken.ErrorId));
        Assert.Contains("standing.example", chosen.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_that_share_some_keys_only_are_a_warning()
    {
        WebsiteTree tree = new(Parse(Website("<RoutingRule><RuleNumber>1</RuleNumber><Condition><KeySuffixEquals>.jpg</KeySuffixEquals></Condition><Redirect><RedirectType>External</RedirectType></Redirect></RoutingRule>")));
        List<string> warnings = [];

        tree.Set(Rule(), dropsAuth: false, warnings);

        Assert.Contains("External", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("******")]
    [InlineData("xxxxxxxxxxxx")]
    [InlineData("AbC***")]
    [InlineData("abcdefgh...")]
    [InlineData("••••••••••")]
    [InlineData("short")]
    public void A_masked_secret_is_never_written_back(string mask)
    {
        WebsiteTree tree = new(Parse(Website(Mirror(1, "private/", Auth(mask)))));
        MirrorRule anew = Rule("private/") with { Auth = new MirrorAuth("eu-west-1", "KEY", Secret) };

        Assert.Equal("MirrorSecretMasked", Assert.Throws<RefusedException>(() => new WebsiteTree(tree.Root).Set(Rule(), dropsAuth: false, [])).ErrorId);
        Assert.Equal("MirrorSecretMasked", Assert.Throws<RefusedException>(() => new WebsiteTree(tree.Root).Set(Rule("private/"), dropsAuth: false, [])).ErrorId);
        Assert.True(Assert.Single(tree.Rules.Rules).IsSecretMasked);
        WebsiteTree supplied = new(tree.Root);
        supplied.Set(anew, dropsAuth: false, []);
        Assert.Contains(Secret, supplied.Root.ToString(), StringComparison.Ordinal);
        WebsiteTree unsigned = new(tree.Root);
        unsigned.Set(Rule("private/"), dropsAuth: true, []);
        Assert.Null(unsigned.Rules.Rules[0].Mirror!.Auth);
        WebsiteTree removed = new(tree.Root);
        Assert.Equal(1, removed.Remove("private/", null));
        Assert.True(removed.IsEmpty);
    }

    [Fact]
    public void A_secret_that_is_shown_stays_with_a_rule_that_is_set_without_one_and_beside_one_that_is_removed()
    {
        WebsiteTree tree = new(Parse(Website(Mirror(1, "private/", Auth(Secret)), Mirror(2, "mine/"))));

        tree.Set(Rule("private/"), dropsAuth: false, []);
        tree.Remove("mine/", null);

        Assert.Contains(Secret, tree.Root.ToString(), StringComparison.Ordinal);
        Assert.Equal("STANDINGKEY", Assert.Single(tree.Rules.Rules).Mirror!.Auth!.AccessKeyId);
        Assert.DoesNotContain(Secret, tree.Rules.ToString() + tree.Rules.Rules[0] + tree.Rules.Rules[0].Mirror, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_rule_takes_the_document_with_it_only_where_nothing_else_is_set()
    {
        WebsiteTree alone = new(Parse(Website(Mirror(1, "mine/"))));
        WebsiteTree withIndex = new(Parse("<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument><RoutingRules>" + Mirror(1, "mine/") + "</RoutingRules></WebsiteConfiguration>"));

        alone.Remove("mine/", null);
        withIndex.Remove("mine/", null);

        Assert.True(alone.IsEmpty);
        Assert.Equal("<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument></WebsiteConfiguration>", withIndex.Root.ToString(SaveOptions.DisableFormatting));
    }

    [Fact]
    public void A_rule_with_a_condition_of_its_own_is_not_ours_to_replace_or_remove()
    {
        WebsiteTree tree = new(Parse(Everything));

        Assert.Equal(0, tree.Remove("foreign/", ".bin"));
        tree.Set(Rule("foreign/", ".bin"), dropsAuth: false, []);

        Assert.Equal(3, tree.Rules.Rules.Count);
    }

    [Fact]
    public void Whatever_is_set_and_removed_in_any_document_every_other_rule_and_setting_keeps_its_meaning()
    {
        string[] prefixes = ["", "a/", "a/b/", "b/", "mine/"];
        for (int seed = 0; seed < 400; seed++)
        {
            Random random = new(seed);
            XElement before = RandomDocument(random, prefixes);
            WebsiteTree tree = new(before);
            HashSet<(string Prefix, string? Suffix)> touched = [];
            for (int step = 0; step < random.Next(1, 8); step++)
            {
                (string prefix, string? suffix) = (prefixes[random.Next(prefixes.Length)], random.Next(3) == 0 ? ".x" : null);
                XElement was = new(tree.Root);
                try
                {
                    if (random.Next(3) == 0)
                        tree.Remove(prefix, suffix);
                    else
                        tree.Set(Rule(prefix, suffix), dropsAuth: random.Next(2) == 0, []);
                    touched.Add((prefix, suffix));
                }
                catch (RefusedException)
                {
                    tree = new WebsiteTree(was);
                }

                int[] numbers = [.. tree.Rules.Rules.Select(rule => rule.Number)];
                Assert.True(numbers.Length <= WebsiteTree.MostRules && numbers.Distinct().Count() == numbers.Length && numbers.All(number => number > 0), $"seed {seed}");
            }

            Assert.True(DocumentMeaning.IsSame(Without(before, touched), Without(tree.Root, touched)), $"seed {seed}\n{before}\n{tree.Root}");
        }
    }

    private static XElement Without(XElement root, HashSet<(string Prefix, string? Suffix)> touched)
    {
        XElement copy = new(root);
        foreach (XElement rule in copy.Descendants().Where(element => element.Name.LocalName == "RoutingRule").ToArray())
        {
            StandingRule read = MirrorRuleXml.Read(rule);
            if (touched.Any(keys => read.Is(keys.Prefix, keys.Suffix)))
                rule.Remove();
        }

        foreach (XElement empty in copy.Elements().Where(element => element.Name.LocalName == "RoutingRules" && !element.HasElements).ToArray())
            empty.Remove();
        return copy;
    }

    private static XElement RandomDocument(Random random, string[] prefixes)
    {
        XElement root = new("WebsiteConfiguration");
        if (random.Next(2) == 0)
            root.Add(new XElement("IndexDocument", new XElement("Suffix", "i.html"), new XElement("Future", random.Next(9))));
        if (random.Next(3) == 0)
            root.Add(new XElement("FutureSetting", new XAttribute("a", random.Next(9)), "text"));
        XElement rules = new("RoutingRules");
        foreach (int number in Enumerable.Range(1, 60).OrderBy(_ => random.Next()).Take(random.Next(0, 20)))
        {
            XElement condition = new("Condition", new XElement("HttpErrorCodeReturnedEquals", "404"), new XElement("KeyPrefixEquals", prefixes[random.Next(prefixes.Length)] + (random.Next(2) == 0 ? "" : $"{number}/")));
            if (random.Next(4) == 0)
                condition.Add(new XElement("IncludeHeader", new XElement("Key", "h"), new XElement("Equals", number)));
            XElement redirect = random.Next(4) == 0
                ? new XElement("Redirect", new XElement("RedirectType", "External"), new XElement("HostName", "h.example"))
                : new XElement("Redirect", new XElement("MirrorURL", $"https://o{number}.example/"), new XElement("RedirectType", "Mirror"), new XElement("MirrorFuture", new XElement("Deep", number)));
            rules.Add(new XElement("RoutingRule", redirect, new XElement("RuleNumber", number), condition));
        }

        if (rules.HasElements)
            root.Add(rules);
        return root;
    }
}
