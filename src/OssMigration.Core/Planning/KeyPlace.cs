using System.Text;

namespace OssMigration.Core.Planning;

/// <summary>
/// A place in a key: which part between slashes, how far into it, and the character before it (-1 at the beginning of a part). Characters
/// at the same place of different keys are of one kind.
/// </summary>
internal readonly record struct KeyPlace(int Part, int Offset, int Before)
{
    private const int Most = 1023;

    /// <summary>The place behind a character at this one.</summary>
    public KeyPlace After(int character) => character == '/'
        ? new KeyPlace(Math.Min(Most, Part + 1), 0, -1)
        : new KeyPlace(Part, Math.Min(Most, Offset + 1), character);

    /// <summary>The beginning of a key.</summary>
    public static KeyPlace Start { get; } = new(0, 0, -1);

    /// <summary>The place, whatever character is before it.</summary>
    public KeyPlace Anyhow => this with { Before = -1 };

    /// <summary>The place behind these characters from the beginning of a key.</summary>
    public static KeyPlace Behind(ReadOnlySpan<int> characters)
    {
        KeyPlace place = Start;
        foreach (int character in characters)
            place = place.After(character);
        return place;
    }

    /// <summary>The characters of a key as code points, whose order is that of UTF-8 bytes.</summary>
    public static int[] CharactersOf(string key)
    {
        List<int> characters = new(key.Length);
        foreach (Rune rune in key.EnumerateRunes())
            characters.Add(rune.Value);
        return [.. characters];
    }
}
