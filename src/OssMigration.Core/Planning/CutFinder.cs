using System.Runtime.InteropServices;
using System.Text;

namespace OssMigration.Core.Planning;

/// <summary>
/// Chooses where a range of keys may be cut, from the characters that keys were seen to have. A cut is valid Unicode, starts with
/// the prefix of the listing and lies within the range. Whether there are keys behind it, only a probe tells. Not thread-safe.
/// </summary>
/// <param name="prefix">What all keys start with.</param>
internal sealed class CutFinder(string prefix)
{
    private const int MostLevels = 1024;
    private const int MostCutBytes = 1023;
    private const double Finest = 1e-12;

    private readonly KeyAlphabet _alphabet = new();
    private readonly int _prefixLength = KeyPlace.CharactersOf(prefix).Length;

    /// <summary>Takes in a key that was listed.</summary>
    public void Learn(string key) => _alphabet.Learn(key);

    /// <summary>
    /// How many times the space between two listed keys fits between the second of them and the end; infinite where the evidence cannot
    /// tell the two keys apart.
    /// </summary>
    /// <param name="first">A listed key.</param>
    /// <param name="last">A later one.</param>
    /// <param name="end">The end, behind them; null for the end of the listing.</param>
    public double SpaceLeft(string first, string last, string? end)
    {
        Span space = new(this, first, end);
        double begun = space.Low, reached = space.PositionOf(last);
        double left = space.High - reached;
        return left <= Finest ? 0 : left / (reached - begun);
    }

    /// <summary>A cut that leaves about half of the space between a key and the end above it; null where there is no room.</summary>
    public KeyCut? Middle(string after, string? end)
    {
        Span space = new(this, after, end);
        if (space.High - space.Low <= Finest)
            return null;
        return Untried(space) ?? Halve(space);
    }

    /// <summary>A probe for a cut is under way, or has come back.</summary>
    public void Ask(KeyCut cut, bool isUnderWay)
    {
        if (cut.Asks)
            _alphabet.Ask(KeyPlace.Behind(cut.Characters.AsSpan(..^1)), isUnderWay);
    }

    /// <summary>A probe found nothing between a cut that was chosen between a key and an end, and that end.</summary>
    public void Close(KeyCut cut, string after, string? end)
    {
        int[] from = KeyPlace.CharactersOf(after);
        int level = new Span(this, after, end).Level;
        KeyPlace place = KeyPlace.Behind(from.AsSpan(0, level));
        for (int i = level; i < cut.Characters.Length; i++)
        {
            bool isAbove = i >= from.Length || cut.Characters[i] != from[i];
            if (isAbove)
            {
                _alphabet.Close(place, cut.Characters[i]);
                return;
            }

            if (KeyAlphabet.Behind(from[i]) is { } next)
                _alphabet.Close(place, next);
            place = place.After(from[i]);
        }
    }

    // Beginnings that all keys share so far: is there anything behind them? Asked for the middle one, so that an answer settles half of them.
    private KeyCut? Untried(Span space)
    {
        KeyPlace place = space.Place;
        int level = space.Level;
        while (level < space.From.Length && _alphabet.IsUntried(place, space.From[level]))
            place = place.After(space.From[level++]);
        while (level-- > space.Level)
        {
            int middle = space.Level + ((level - space.Level) / 2);
            if (KeyAlphabet.Behind(space.From[middle]) is { } next && Make([.. space.From.AsSpan(0, middle), next], asks: true, space) is { } cut)
                return cut;
        }

        return null;
    }

    private KeyCut? Halve(Span space)
    {
        double target = (space.Low + space.High) / 2, tolerance = (space.High - space.Low) / 4;
        List<int> cut = [.. space.From.AsSpan(0, space.Level)];
        KeyPlace place = space.Place;
        double at = 0, width = 1;
        for (int depth = 0; depth < MostLevels && width > Finest; depth++)
        {
            ReadOnlySpan<int> plausible = _alphabet.Plausible(place);
            if (plausible.Length == 0)
                return null;
            int index = Math.Clamp((int)((target - at) / width * plausible.Length), 0, plausible.Length - 1);
            int character = plausible[index];
            cut.Add(character);
            at += width * index / plausible.Length;
            width /= plausible.Length;
            bool isUnseen = !_alphabet.IsSeen(place, character);
            place = place.After(character);
            bool isAhead = CollectionsMarshal.AsSpan(cut).SequenceCompareTo(space.From) > 0;
            if (isAhead && (isUnseen || (width <= tolerance && plausible.Length > 1)))
                return Make([.. cut], isUnseen, space);
        }

        return null;
    }

    private static KeyCut? Make(int[] characters, bool asks, Span space)
    {
        KeyCut cut = new(TextOf(characters), characters, asks);
        bool isInside = space.To is null || characters.AsSpan().SequenceCompareTo(space.To) < 0;
        return isInside && Encoding.UTF8.GetByteCount(cut.Text) <= MostCutBytes ? cut : null;
    }

    private static string TextOf(int[] characters)
    {
        StringBuilder text = new(characters.Length);
        foreach (int character in characters)
            text.Append(new Rune(character));
        return text.ToString();
    }

    /// <summary>The space between a key and an end, below what they share.</summary>
    private readonly struct Span
    {
        private readonly KeyAlphabet _alphabet;

        public Span(CutFinder finder, string after, string? end)
        {
            _alphabet = finder._alphabet;
            From = KeyPlace.CharactersOf(after);
            To = end is null ? null : KeyPlace.CharactersOf(end);
            int shared = To is null ? 0 : From.AsSpan().CommonPrefixLength(To);
            Level = Math.Min(From.Length, Math.Max(finder._prefixLength, shared));
            Place = KeyPlace.Behind(From.AsSpan(0, Level));
            Low = PositionOf(From);
            High = To is null ? 1 : PositionOf(To);
        }

        public int[] From { get; }

        public int[]? To { get; }

        public int Level { get; }

        public KeyPlace Place { get; }

        public double Low { get; }

        public double High { get; }

        public double PositionOf(string key) => PositionOf(KeyPlace.CharactersOf(key));

        // 0 to 1, if characters were spread evenly.
        private double PositionOf(int[] key)
        {
            double position = 0, width = 1;
            KeyPlace place = Place;
            for (int i = Level; i < key.Length && width > Finest; i++)
            {
                ReadOnlySpan<int> plausible = _alphabet.Plausible(place);
                if (plausible.Length == 0)
                    break;
                int index = plausible.BinarySearch(key[i]);
                position += width * (index < 0 ? ~index : index) / plausible.Length;
                if (index < 0)
                    break;
                width /= plausible.Length;
                place = place.After(key[i]);
            }

            return position;
        }
    }
}

/// <summary>Where a range may be cut.</summary>
/// <param name="Text">The cut.</param>
/// <param name="Characters">Its characters.</param>
/// <param name="Asks">Nobody has seen its last character at that place.</param>
internal sealed record KeyCut(string Text, int[] Characters, bool Asks);
