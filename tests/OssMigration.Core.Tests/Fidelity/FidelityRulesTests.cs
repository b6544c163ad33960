using System.Text;
using CsCheck;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Fidelity;

/// <summary>What becomes of headers, metadata, tags, ACLs and classes: by the rules alone.</summary>
public sealed class FidelityRulesTests
{
    private static readonly StoreLimits Oss = new() { MaxMetadataBytes = 8192 };
    private static readonly string[] Permissions = ["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"];

    [Fact]
    public void What_fits_is_the_same_object_and_everything_of_it_is_carried()
    {
        ObjectMetadata metadata = new() { ContentType = "text/html", CacheControl = "no-cache", User = User(("owner", "alice")) };

        Translation made = Translate(metadata);

        Assert.Same(metadata, made.Metadata);
        Assert.Null(made.Marks.Findings);
        Assert.Equal([FidelityAspect.ContentType, FidelityAspect.Headers, FidelityAspect.Metadata], Carried(made));
    }

    [Theory]
    [InlineData("picture.JPG", "image/jpeg")]
    [InlineData("a.b/page", null)]
    [InlineData("archive.tar.gz", "application/gzip")]
    [InlineData("noextension", null)]
    public void A_content_type_is_guessed_only_where_the_source_has_none(string key, string? expected)
    {
        Translation absent = Translate(ObjectMetadata.Empty, key);

        Assert.Equal(expected, absent.Metadata.ContentType);
        Assert.Equal((FidelityAspect.ContentType, FidelityEffect.Changed), Only(absent));
        Assert.Equal("text/x-own", Translate(new ObjectMetadata { ContentType = "text/x-own" }, key).Metadata.ContentType);
    }

    [Fact]
    public void Names_that_OSS_refuses_are_renamed_without_collision_and_the_map_is_kept()
    {
        Translation made = Translate(Plain(("my_name", "1"), ("my.name", "2"), ("my-name", "3"), ("n\u00e9", "4")));

        Assert.Equal("3", made.Metadata.User["my-name"]);
        Dictionary<string, string> names = made.Metadata.User[KeptNames.Names].Split(',').Select(pair => pair.Split('=')).ToDictionary(pair => Uri.UnescapeDataString(pair[1]), pair => pair[0]);
        Assert.Equal("1", made.Metadata.User[names["my_name"]]);
        Assert.Equal("2", made.Metadata.User[names["my.name"]]);
        Assert.Equal("4", made.Metadata.User[names["n\u00e9"]]);
        Assert.Equal((FidelityAspect.Metadata, FidelityEffect.Changed), Only(made));
    }

    [Fact]
    public void Values_beyond_ASCII_are_encoded_words_from_which_they_can_be_read_back()
        => Gen.String.Where(text => text.Length > 0 && text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar)).Sample(value =>
        {
            string sent = Translate(Plain(("note", value))).Metadata.User["note"];

            Assert.True(sent.All(c => c is >= ' ' and <= '~'));
            Assert.Equal(value, sent.StartsWith("=?UTF-8?B?", StringComparison.Ordinal) && !HeaderForm.Fits(value) ? Encoding.UTF8.GetString(Convert.FromBase64String(sent[10..^2])) : sent);
        });

    [Fact]
    public void Whatever_the_source_has_what_is_sent_fits_into_the_headers_of_OSS_or_the_object_is_refused()
    {
        Gen<(string, string)> pair = Gen.Select(Gen.String[Gen.Char, 1, 40], Gen.String[Gen.Char, 0, 2000]).Select(both => (both.Item1, both.Item2));
        Gen.Select(pair.Array[0, 20], Gen.Enum<UnfitAction>()).Sample((pairs, action) =>
        {
            FidelityPolicy policy = new() { Actions = new Dictionary<FidelityAspect, UnfitAction> { [FidelityAspect.Metadata] = action } };
            Translation made = Translate(Plain([.. pairs.DistinctBy(item => item.Item1)]), policy: policy);

            if (made.Marks.Findings is not null && made.Marks.IsRefused)
                return;
            Assert.All(made.Metadata.User, item => Assert.True(HeaderForm.FitsName(item.Key) && HeaderForm.Fits(item.Value)));
            Assert.True(made.Metadata.User.Sum(item => 11 + item.Key.Length + item.Value.Length) <= 8192 - 233);
        });
    }

    [Theory]
    [InlineData(UnfitAction.Change, FidelityEffect.Refused)]
    [InlineData(UnfitAction.Refuse, FidelityEffect.Refused)]
    [InlineData(UnfitAction.Drop, FidelityEffect.Dropped)]
    public void More_than_8_KB_of_metadata_are_refused_or_the_largest_items_are_left_away(UnfitAction action, FidelityEffect expected)
    {
        FidelityPolicy policy = new() { Actions = new Dictionary<FidelityAspect, UnfitAction> { [FidelityAspect.Metadata] = action } };

        Translation made = Translate(Plain(("small", "kept"), ("large", new string('x', 8000))), policy: policy);

        Assert.Equal((FidelityAspect.Metadata, expected), Only(made));
        if (action == UnfitAction.Drop)
            Assert.Equal(["small"], made.Metadata.User.Keys);
    }

    [Theory]
    [InlineData("attachment; filename=\"r\u00e9sum\u00e9.pdf\"", "attachment; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf")]
    [InlineData("inline; name=\u00e9", null)]
    public void A_disposition_beyond_ASCII_is_written_as_RFC_6266_does_or_kept_as_metadata(string disposition, string? expected)
    {
        Translation made = Translate(new ObjectMetadata { ContentType = "text/plain", ContentDisposition = disposition });

        Assert.Equal(expected, made.Metadata.ContentDisposition);
        Assert.Equal(expected is null, made.Metadata.User.ContainsKey(KeptNames.Header + "content-disposition"));
        Assert.Equal((FidelityAspect.Headers, FidelityEffect.Changed), Only(made));
    }

    [Fact]
    public void Tags_that_OSS_takes_are_set_and_the_others_are_kept_as_metadata()
    {
        KeyValuePair<string, string>[] tags = [new("team", "a b"), new("mail", "me@home"), new(new string('k', 129), "v")];

        Translation made = new FidelityRules(new FidelityPolicy { CopyTags = true }, Oss).Translate(Head(Plain()) with { Traits = new ObjectTraits { TagCount = 3 } }, tags, access: null);

        Assert.Equal([tags[0]], made.Metadata.Settings!.Tags!);
        Assert.StartsWith("mail=me%40home&kkk", made.Metadata.User[KeptNames.Tags], StringComparison.Ordinal);
        Assert.Equal((FidelityAspect.Tags, FidelityEffect.Changed), Only(made));
    }

    [Fact]
    public void Tags_that_nobody_asked_for_are_dropped_and_said_to_be()
    {
        Translation made = new FidelityRules(FidelityPolicy.Default, Oss).Translate(Head(Plain()) with { Traits = new ObjectTraits { TagCount = 2 } }, tags: null, access: null);

        Assert.Equal((FidelityAspect.Tags, FidelityEffect.Dropped), Only(made));
    }

    [Fact]
    public void An_access_list_never_becomes_a_wider_one()
    {
        Gen<AccessGrant> grant = Gen.Select(Gen.Enum<GranteeKind>(), Gen.Int[0, 4].Select(place => Permissions[place]), (kind, permission) => new AccessGrant(kind, permission));
        grant.Array[0, 6].Sample(grants =>
        {
            AccessMapping mapping = AccessMapping.Of(new AccessList(null, grants));

            bool everybodyReads = grants.Any(given => given is { Kind: GranteeKind.Everyone, Permission: "READ" or "FULL_CONTROL" });
            Assert.Equal(everybodyReads ? "public-read" : "private", mapping.Canned);
            bool fits = grants.All(given => given.Kind == GranteeKind.Owner || given is { Kind: GranteeKind.Everyone, Permission: "READ" });
            Assert.Equal(fits, mapping.Lost is null);
        });
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("STANDARD", null)]
    [InlineData("INTELLIGENT_TIERING", null)]
    [InlineData("STANDARD_IA", "IA")]
    [InlineData("GLACIER_IR", "IA")]
    [InlineData("GLACIER", "Archive")]
    [InlineData("DEEP_ARCHIVE", "ColdArchive")]
    [InlineData("cool", "IA")]
    public void Storage_classes_follow_the_table(string? from, string? expected)
    {
        Translation made = Translate(Plain(), storageClass: from);

        Assert.Equal(expected, made.Metadata.Settings?.StorageClass);
        Assert.Null(made.Marks.Findings);
        Assert.Equal(made.Marks.Carried & FidelityMarks.Bit(FidelityAspect.StorageClass), new FidelityRules(FidelityPolicy.Default, Oss).OfListing(Head(Plain(), storageClass: from).Entry).Carried);
    }

    [Fact]
    public void A_table_of_ones_own_goes_first_and_a_class_that_no_table_has_is_told()
    {
        FidelityPolicy own = new() { StorageClasses = new Dictionary<string, string> { ["standard_ia"] = "Archive", ["*"] = "Default" } };

        Assert.Equal("Archive", Translate(Plain(), storageClass: "STANDARD_IA", policy: own).Metadata.Settings!.StorageClass);
        Assert.Null(Translate(Plain(), storageClass: "GLACIER", policy: own).Metadata.Settings);
        Translation unknown = Translate(Plain(), storageClass: "COLD_POOL");
        Assert.Equal((FidelityAspect.StorageClass, FidelityEffect.Changed), Only(unknown));
        Assert.Equal("COLD_POOL", unknown.Metadata.User[KeptNames.StorageClass]);
    }

    [Fact]
    public void Retention_redirect_and_encryption_are_told_and_what_can_be_kept_is()
    {
        ObjectTraits traits = new() { Encryption = "aws:kms", Redirect = "/other", Retention = "COMPLIANCE until 2030-01-01T00:00:00Z" };

        Translation made = new FidelityRules(new FidelityPolicy { Encryption = "KMS", EncryptionKeyId = "key" }, Oss).Translate(Head(Plain()) with { Traits = traits }, null, null);

        Assert.Equal(("KMS", "key"), (made.Metadata.Settings!.Encryption, made.Metadata.Settings.EncryptionKeyId));
        Assert.Equal("/other", made.Metadata.User[KeptNames.Redirect]);
        Assert.Equal(traits.Retention, made.Metadata.User[KeptNames.Retention]);
        Assert.Equal(
            [FidelityAspect.Encryption, FidelityAspect.Retention, FidelityAspect.Redirect], made.Marks.Findings!.Select(finding => finding.Aspect));
        Assert.All(made.Marks.Findings!, finding => Assert.Equal(FidelityEffect.Changed, finding.Effect));
    }

    [Fact]
    public void What_a_job_refuses_is_refused_with_its_reason()
    {
        FidelityPolicy policy = new() { Actions = new Dictionary<FidelityAspect, UnfitAction> { [FidelityAspect.Retention] = UnfitAction.Refuse } };

        FidelityMarks marks = new FidelityRules(policy, Oss).Translate(Head(Plain()) with { Traits = new ObjectTraits { Retention = "legal hold" } }, null, null).Marks;

        Assert.True(marks.IsRefused);
        Assert.Equal(0, marks.WhenCounted.Carried);
        Assert.Contains("no retention", marks.WhyRefused, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Glacier", "Frozen")]
    [InlineData("*", "archive")]
    public void A_class_that_OSS_does_not_have_is_no_policy(string from, string to)
        => Assert.Single(new FidelityPolicy { StorageClasses = new Dictionary<string, string> { [from] = to } }.Problems());

    private static Translation Translate(ObjectMetadata metadata, string key = "key", string? storageClass = null, FidelityPolicy? policy = null)
        => new FidelityRules(policy ?? FidelityPolicy.Default, Oss).Translate(Head(metadata, key, storageClass), tags: null, access: null);

    private static ObjectHead Head(ObjectMetadata metadata, string key = "key", string? storageClass = null)
        => new(new ObjectEntry(key, 1, new SourceVersion("v"), "v", DateTimeOffset.UnixEpoch, storageClass), metadata, null, []);

    private static ObjectMetadata Plain(params (string Name, string Value)[] user) => new() { ContentType = "text/plain", User = User(user) };

    private static Dictionary<string, string> User(params (string Name, string Value)[] user) => user.ToDictionary(pair => pair.Name, pair => pair.Value);

    private static FidelityAspect[] Carried(Translation made) => [.. Enum.GetValues<FidelityAspect>().Where(aspect => (made.Marks.Carried & FidelityMarks.Bit(aspect)) != 0)];

    private static (FidelityAspect, FidelityEffect) Only(Translation made)
    {
        FidelityFinding finding = Assert.Single(made.Marks.Findings!);
        Assert.NotEmpty(finding.Reason);
        return (finding.Aspect, finding.Effect);
    }
}
