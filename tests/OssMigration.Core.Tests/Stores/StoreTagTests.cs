using System.Text;
using CsCheck;
using OssMigration.Core.Comparing;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Stores;

/// <summary>A tag is its text, whichever way it is kept.</summary>
public sealed class StoreTagTests
{
    private static readonly Gen<string> Hex = Gen.Char["0123456789abcdef"].Array[32].Select(digits => new string(digits));

    private static readonly Gen<string> Texts = Gen.OneOf(
        Hex,
        Hex.Select(text => text.ToUpperInvariant()),
        Gen.Char["0123456789abcdefABCDEF"].Array[32].Select(digits => new string(digits)),
        Gen.Char['0', '9'].Array[32].Select(digits => new string(digits)),
        Gen.Select(Hex, Gen.Int[1, 10_000]).Select((text, parts) => $"{text}-{parts}"),
        Gen.Select(Hex, Gen.Char['a', 'z'], Gen.Int[0, 31]).Select((text, other, at) => text.Remove(at, 1).Insert(at, other.ToString())),
        Gen.Char['!', 'ÿ'].Array[0, 40].Select(characters => new string(characters)));

    [Fact]
    public void It_gives_back_the_text_that_it_was_made_of() => Texts.Sample(text =>
    {
        StoreTag tag = StoreTag.Of(text);
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        byte[] written = new byte[tag.MaxUtf8Bytes];

        Assert.Equal(text, tag.Text);
        Assert.Equal(text, tag.ToString());
        Assert.Equal(utf8, written[..tag.WriteUtf8(written)]);
        Assert.Equal(tag, StoreTag.Of(utf8));
        Assert.Equal(Identity.LooksLikeMd5(text), Identity.LooksLikeMd5(tag));
        Assert.False(tag.IsNone);
        if (tag.IsDigest)
        {
            byte[] digest = new byte[16];
            tag.WriteDigest(digest);
            Assert.Equal(Convert.FromHexString(text), digest);
            Assert.Equal(tag, StoreTag.OfDigest(digest, tag.IsUpper));
        }
    });

    [Fact]
    public void Two_are_equal_when_their_texts_are() => Gen.Select(Texts, Texts, Gen.Int[0, 3]).Sample((one, another, how) =>
    {
        string other = how switch { 0 => one, 1 => one.ToUpperInvariant(), 2 => one.ToLowerInvariant(), _ => another };
        (StoreTag left, StoreTag right) = (StoreTag.Of(one), StoreTag.Of(other));

        Assert.Equal(one == other, left == right);
        Assert.Equal(one == other, left.Equals((object)right));
        Assert.Equal(string.Equals(one, other, StringComparison.OrdinalIgnoreCase), left.EqualsIgnoringCase(right));
        if (one == other)
            Assert.Equal(left.GetHashCode(), right.GetHashCode());
    });

    [Fact]
    public void None_has_no_text_and_is_like_nothing()
    {
        Assert.True(StoreTag.Of((string?)null).IsNone);
        Assert.Equal(default, StoreTag.Of((string?)null));
        Assert.Null(default(StoreTag).Text);
        Assert.False(default(StoreTag).EqualsIgnoringCase(default));
        Assert.NotEqual(default, StoreTag.Of(""));
    }

    [Fact]
    public void An_entry_made_of_a_tag_is_the_entry_made_of_its_text() => Texts.Sample(text =>
    {
        ObjectEntry made = new("k", 1, new SourceVersion(StoreTag.Of(text)), StoreTag.Of(text), default, null, ObjectAvailability.Readable);

        Assert.Equal(new ObjectEntry("k", 1, new SourceVersion(text), text, default), made);
        Assert.Equal(text, made.ETag);
        Assert.Equal("x", (made with { ETag = "x" }).ETag);
    });
}
