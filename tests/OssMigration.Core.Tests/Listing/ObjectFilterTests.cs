using System.Text.Json;
#if NET10_0_OR_GREATER
using CsCheck;
#endif
using OssMigration.Core.Listing;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Listing;

public sealed class ObjectFilterTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("*.jpg", "a.jpg", true)]
    [InlineData("*.jpg", "f/a.jpg", false)]
    [InlineData("*.jpg", "a.JPG", false)]
    [InlineData("*.jpg", ".jpg", true)]
    [InlineData("**/*.jpg", "a.jpg", true)]
    [InlineData("**/*.jpg", "f/g/a.jpg", true)]
    [InlineData("f/**/a", "f/a", true)]
    [InlineData("f/**/a", "f/x/y/a", true)]
    [InlineData("f/**/a", "f/xa", false)]
    [InlineData("f/**", "f/", true)]
    [InlineData("f/**", "f", false)]
    [InlineData("f**z", "f/x/z", true)]
    [InlineData("**", "", true)]
    [InlineData("**", "line\nbreak/x", true)]
    [InlineData("?", "é", true)]
    [InlineData("?", "\U0001F600", true)]
    [InlineData("??", "\U0001F600", false)]
    [InlineData("?", "/", false)]
    [InlineData("[!a]", "\U0001F600", true)]
    [InlineData("[!a]", "/", false)]
    [InlineData("[\U0001F600-\U0001F64F]", "\U0001F642", true)]
    [InlineData("[\U0001F600-\U0001F64F]", "\U0001F650", false)]
    [InlineData("[a-\U0001F600]", "€", true)]
    [InlineData("[a-\U0010FFFF]", "\U000F0000", true)]
    [InlineData("[]x]", "]", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[^a-c]", "d", true)]
    [InlineData("[^a-c]", "b", false)]
    [InlineData("{a,b/{c,d}}.txt", "b/d.txt", true)]
    [InlineData("{a,b/{c,d}}.txt", "c.txt", false)]
    [InlineData("a{,b}", "a", true)]
    [InlineData("a,b", "a,b", true)]
    [InlineData(@"\*\{\\", @"*{\", true)]
    [InlineData(@"[\]]", "]", true)]
    [InlineData("a.b+c$(d)|^#", "a.b+c$(d)|^#", true)]
    [InlineData("a.b", "axb", false)]
    [InlineData("a b", "a b", true)]
    public void Globs_mean_what_the_documentation_says(string glob, string key, bool expected)
    {
        Assert.Equal(expected, IsWanted(new ObjectFilter { Include = [glob] }, key));
        Assert.Equal(!expected, IsWanted(new ObjectFilter { Exclude = [glob] }, key));
    }

    [Fact]
    public void A_glob_longer_than_a_machine_word_works()
    {
        string folder = string.Concat(Enumerable.Repeat("0123456789/", 30));
        ObjectFilter filter = new() { Include = [$"{folder}**/*{folder}?"] };

        Assert.True(IsWanted(filter, $"{folder}x/y{folder}z"));
        Assert.True(IsWanted(filter, folder + folder + "z"));
        Assert.False(IsWanted(filter, $"{folder}x/y{folder}"));
        Assert.False(IsWanted(filter, $"{folder}x/y{folder[1..]}z"));
    }

    [Fact]
    public void A_place_where_the_regular_expressions_of_NET_go_wrong_is_right() =>
        Assert.True(IsWanted(new ObjectFilter { Include = ["{**,*/**}//**/"] }, "//"));

#if NET10_0_OR_GREATER
    [Fact]
    public void Random_globs_agree_with_the_naive_meaning()
    {
        string[] pieces = ["a", "b", "/", "*", "**", "**/", "?", "[ab]", "[!a]", "[a-c/]", "{a,b/}", "{*,x/**}", "{,{a,*}/}", "\U0001F600", "[!\U0001F600]", "é"];
        string[] characters = ["a", "b", "c", "x", "/", "é", "\U0001F600", "\n"];
        Gen<string> globs = Text(pieces, 1, 7);
        Gen.Select(globs, Text(characters, 0, 8).Array[30]).Sample((glob, keys) =>
        {
            ObjectFilterMatcher matcher = ObjectFilterMatcher.Compile(new ObjectFilter { Include = [glob] });
            foreach (string key in keys)
                Assert.Equal(NaiveGlob.IsMatch(glob, key), matcher.IsWanted(Entry(key)));
        }, iter: 500);
    }
#endif

    [Fact]
    public void A_glob_that_would_keep_a_backtracking_matcher_busy_for_years_ends()
    {
        string key = new('a', 1000);
        ObjectFilterMatcher matcher = ObjectFilterMatcher.Compile(new ObjectFilter { Include = ["*a*a*a*a*a*a*a*a*a*a*a*b"] });
        for (int i = 0; i < 100; i++)
            Assert.False(matcher.IsWanted(Entry(key)));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("[a", "'[' without ']'")]
    [InlineData("[]", "'[' without ']'")]
    [InlineData("a]", "']' without '['")]
    [InlineData("{a", "'{' without '}'")]
    [InlineData("a}", "'}' without '{'")]
    [InlineData("[b-a]", "backwards")]
    [InlineData("[/]", "no character")]
    [InlineData(@"folder\file", "backslash")]
    [InlineData(@"a\", "backslash")]
    [InlineData("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "more than 256")]
    public void A_glob_that_cannot_be_used_is_explained(string glob, string reason)
    {
        string error = Assert.Single(new ObjectFilter { Include = [glob] }.Validate());
        Assert.Contains($"'{glob}'", error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        ObjectFilter filter = new()
        {
            Include = ["[a"],
            Exclude = ["{", "fine"],
            IncludeRegex = ["(?=x)y", "("],
            ExcludeRegex = [@"(a)\1"],
            MinSize = 10,
            MaxSize = 5,
            ModifiedAfter = Noon,
            ModifiedBefore = Noon,
        };

        IReadOnlyList<string> errors = filter.Validate();

        Assert.Equal(7, errors.Count);
        Assert.Equal(2, errors.Count(error => error.Contains("backtracking", StringComparison.Ordinal)));
        Assert.Throws<ArgumentException>(() => ObjectFilterMatcher.Compile(filter));
        Assert.Contains("negative", Assert.Single(new ObjectFilter { MinSize = -1 }.Validate()), StringComparison.Ordinal);
    }

    [Fact]
    public void Includes_are_alternatives_and_an_exclude_beats_them()
    {
        ObjectFilter filter = new() { Include = ["a*"], IncludeRegex = ["^b"], Exclude = ["*z"], ExcludeRegex = ["[0-9]"] };

        Assert.Equal(["a", "b"], ((string[])["a", "b", "c", "az", "b1"]).Where(key => IsWanted(filter, key)));
    }

    [Fact]
    public void Size_bounds_are_inclusive_and_dates_are_from_and_before()
    {
        ObjectFilter filter = new() { MinSize = 5, MaxSize = 6, ModifiedAfter = Noon, ModifiedBefore = Noon.AddHours(1) };
        bool Wants(long size, DateTimeOffset date) => ObjectFilterMatcher.Compile(filter).IsWanted(Entry("k") with { Size = size, LastModified = date });

        Assert.Equal([5, 6], ((long[])[4, 5, 6, 7]).Where(size => Wants(size, Noon)));
        Assert.Equal([0, 59], ((int[])[-1, 0, 59, 60]).Where(minute => Wants(5, Noon.AddMinutes(minute))));
    }

    [Fact]
    public void The_prefix_is_taken_literally()
    {
        ObjectFilter filter = new() { Prefix = "a*/" };
        Assert.True(IsWanted(filter, "a*/x"));
        Assert.False(IsWanted(filter, "ab/x"));
    }

    [Fact]
    public void Only_a_prefix_leaves_the_job_a_proof()
    {
        Assert.True(new ObjectFilter { Prefix = "p" }.IsEmptyBeyondPrefix);
        ObjectFilter[] restricted =
        [
            new() { Include = ["a"] }, new() { Exclude = ["a"] }, new() { IncludeRegex = ["a"] }, new() { ExcludeRegex = ["a"] },
            new() { MinSize = 0 }, new() { MaxSize = 1 }, new() { ModifiedAfter = Noon }, new() { ModifiedBefore = Noon },
        ];
        Assert.All(restricted, filter => Assert.False(filter.IsEmptyBeyondPrefix));
    }

    [Fact]
    public void A_regular_expression_that_matches_is_not_denied_by_the_engine_without_backtracking()
    {
        // RegexOptions.NonBacktracking of .NET 10.0.12 says no here.
        ObjectFilterMatcher matcher = ObjectFilterMatcher.Compile(new ObjectFilter { IncludeRegex = [@"\A(?:.*//(?:.*/)?|[^/]*/(?:.*/)?/(?:.*/)?)\z"] });

        Assert.True(matcher.IsWanted(new ObjectEntry("//", 1, new SourceVersion("v"), "v", DateTimeOffset.UnixEpoch)));
    }

    [Fact]
    public void A_regular_expression_that_takes_too_long_on_a_key_stops_the_listing()
    {
        ObjectFilterMatcher matcher = ObjectFilterMatcher.Compile(new ObjectFilter { IncludeRegex = ["^(a+)+$"] });
        ObjectEntry entry = new(new string('a', 60) + "!", 1, new SourceVersion("v"), "v", DateTimeOffset.UnixEpoch);

        StoreException error = Assert.Throws<StoreException>(() => matcher.IsWanted(entry));

        Assert.Equal(("FilterTooSlow", entry.Key, true), (error.Code, error.Key, error.StopsJob));
    }

    [Fact]
    public void A_filter_survives_JSON()
    {
        ObjectFilter filter = new() { Prefix = "p/", Include = ["a", "b"], ExcludeRegex = ["c"], MinSize = 1, ModifiedBefore = Noon };
        ObjectFilter? back = JsonSerializer.Deserialize<ObjectFilter>(JsonSerializer.Serialize(filter));

        Assert.Equal(filter, back);
        Assert.Equal(filter.GetHashCode(), back!.GetHashCode());
        Assert.NotEqual(filter, back with { Include = ["b", "a"] });
        Assert.Equal(new ObjectFilter(), JsonSerializer.Deserialize<ObjectFilter>("""{"Include":null}"""));
    }

#if NET10_0_OR_GREATER
    private static Gen<string> Text(string[] pieces, int least, int most) =>
        Gen.Int[0, pieces.Length - 1].Array[least, most].Select(indexes => string.Concat(indexes.Select(index => pieces[index])));
#endif

    private static bool IsWanted(ObjectFilter filter, string key) => ObjectFilterMatcher.Compile(filter).IsWanted(Entry(key));

    private static ObjectEntry Entry(string key) => new(key, 5, new SourceVersion("v"), null, Noon);
}
