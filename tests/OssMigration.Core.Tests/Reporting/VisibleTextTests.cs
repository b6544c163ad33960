using System.Globalization;
using System.Text;
using OssMigration.Core.Reporting;
using Xunit;

namespace OssMigration.Core.Tests.Reporting;

public sealed class VisibleTextTests
{
    // Every character that there is.
    [Fact]
    public void No_character_that_moves_hides_or_turns_text_comes_through_and_every_other_does()
    {
        for (int code = 0; code <= 0x10FFFF; code++)
        {
            if (!Rune.TryCreate(code, out Rune rune))
                continue;
            string shown = VisibleText.Of($"a{rune}b");
            bool isDangerous = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            string expected = isDangerous ? $"a{string.Concat(rune.ToString().Select(unit => $"\\u{(int)unit:X4}"))}b" : $"a{rune}b";
            if (shown != expected)
                Assert.Fail($"U+{code:X4} is shown as {shown}");
        }
    }

    // Not as data of a theory, which goes through UTF-8.
    [Fact]
    public void Halves_of_a_pair_are_shown_by_their_number()
    {
        Assert.Equal(@"\uD83D", VisibleText.Of("\uD83D"));
        Assert.Equal(@"\uDE00\uD83D", VisibleText.Of("\uDE00\uD83D"));
        Assert.Equal(@"a\uD83Db\uDE00", VisibleText.Of("a\uD83Db\uDE00"));
        Assert.Equal("\uD83D\uDE00", VisibleText.Of("\uD83D\uDE00"));
        Assert.Equal(@"x\uDB40\uDC41y", VisibleText.Of("x\uDB40\uDC41y"));
        Assert.Equal("", VisibleText.Of(null));
    }
}
