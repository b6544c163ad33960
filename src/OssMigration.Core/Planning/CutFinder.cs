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
    private const int MostQuestions = 8;
    private const double Finest = 1e-12;

    // Of a gap: how far a cut in its middle may be off, and how near its ends any other cut may come.
    private const double Coarse = 0.25;
    private const double LeastShare = 0.1;

    // Of a page: how much earlier a cut is made, since a range that is a few keys longer takes one page more, and how exactly.
    private const double Early = 0.1;
    private const double Precision = 0.05;

    private readonly KeyAlphabet _alphabet = new();
    private readonly int _prefixLength = KeyPlace.CharactersOf(prefix).Length;

    /// <summary>Takes in a key that was listed.</summary>
    public void Learn(string key) => _alphabet.Learn(key);

    /// <summary>The best place for one more cut in what is left of a range.</summary>
    /// <param name="leg">How far the range has come; at least one page.</param>
    /// <param name="end">The end of what may hold keys; null for the end of the listing.</param>
    /// <param name="pageSize">Keys of a full page.</param>
    /// <param name="underWay">Cuts that probes are under way for, in order.</param>
    public CutPlan Plan(RangeLeg leg, string? end, int pageSize, IReadOnlyList<KeyCut> underWay)
    {
        Span space = new(this, leg.PageStart!, end);
        double reached = space.PositionOf(leg.Frontier!), page = (reached - space.Low) * pageSize / leg.PageKeys;
        (double Width, double Low, string From, string? To) widest = (0, reached, leg.Frontier!, end);
        (double Low, string From, bool IsKnown) gap = (reached, leg.Frontier!, true);
        foreach (KeyCut? cut in underWay.Append(null))
        {
            double high = Math.Max(gap.Low, cut is null ? space.High : space.PositionOf(cut.Text));

            // Two probes into what nobody has seen would find the same key, or nothing.
            if (gap.IsKnown && high - gap.Low > widest.Width)
                widest = (high - gap.Low, gap.Low, gap.From, cut?.Text ?? end);
            if (cut is not null && high > gap.Low)
                gap = (high, cut.Text, !cut.IsBeyond);
        }

        double left = space.High - reached;
        if (widest.Width <= Finest)
            return new CutPlan(null, 0, left <= Finest ? 0 : left / page);
        KeyCut? found = CutNear((widest.From, widest.To), (widest.Low + (widest.Width / 2) - reached) / page, (reached - widest.Low) / widest.Width, page / widest.Width);
        if (found is null || underWay.Any(cut => cut.Text == found.Text))
            found = Middle(widest.From, widest.To);
        return new CutPlan(underWay.Any(cut => cut.Text == found?.Text) ? null : found, widest.Width / page, left / page);
    }

    /// <summary>The middle between a key and the end of what may hold keys (null: of the listing); null where there is none.</summary>
    public KeyCut? Middle(string after, string? end) => Cut(new Span(this, after, end), 0.5, Coarse);

    /// <summary>Most probes for characters beyond those seen at a place that may be under way at a time: what is not there in one branch is seldom there in another.</summary>
    public int MostBeyond(KeyCut cut) => _alphabet.CountSeen(cut.Place);

    /// <summary>
    /// Cuts that ask whether there is anything behind a beginning that all keys had so far, for beginnings that the keys of a page share.
    /// Where there are many, their answers leave some of them open.
    /// </summary>
    public IReadOnlyList<KeyCut> Questions(RangeLeg leg, string? end)
    {
        Span space = new(this, leg.Frontier!, end);
        int shared = space.From.AsSpan().CommonPrefixLength(KeyPlace.CharactersOf(leg.PageStart!));
        List<int> open = [];
        KeyPlace place = space.Place;
        for (int level = space.Level; level < shared; place = place.After(space.From[level++]))
        {
            if (_alphabet.IsUntried(place) && space.From[level] != '/')
                open.Add(level);
        }

        List<KeyCut> cuts = [];
        int count = Math.Min(open.Count, MostQuestions);
        for (int i = 1; i <= count; i++)
        {
            int level = open[(i * open.Count / count) - 1];
            if (KeyAlphabet.Behind(space.From[level]) is { } next && Make([.. space.From.AsSpan(0, level), next], isBeyond: true, space) is { } cut)
                cuts.Add(cut);
        }

        return cuts;
    }

    /// <summary>A probe found nothing between a cut, which was chosen behind a key, and the key that it found.</summary>
    /// <param name="cut">The cut.</param>
    /// <param name="after">The key behind which the cut was chosen.</param>
    /// <param name="until">The key that it found; null where it found none.</param>
    public void Close(KeyCut cut, string after, string? until)
    {
        int[] from = KeyPlace.CharactersOf(after);
        int level = new Span(this, after, until).Level;
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

    // Where the pages from the last key that was read to the cut are whole ones, no request fetches half of its keys for nothing. Places and
    // widths are shares of the gap that is cut.
    private KeyCut? CutNear((string From, string? To) gap, double pages, double reached, double page)
    {
        double share = reached + ((Math.Max(1, Math.Round(pages)) - Early) * page), precision = Precision * page;
        bool isPlausible = share is > LeastShare and < 1 - LeastShare && precision < Coarse;
        return isPlausible ? Cut(new Span(this, gap.From, gap.To), share, precision) : null;
    }

    private KeyCut? Cut(Span space, double share, double precision)
    {
        double target = space.Low + ((space.High - space.Low) * share), tolerance = (space.High - space.Low) * precision;
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
            bool isUnseen = !_alphabet.IsSeen(place, character), isBeyond = _alphabet.IsBeyond(place, character);
            place = place.After(character);
            bool isAhead = CollectionsMarshal.AsSpan(cut).SequenceCompareTo(space.From) > 0;
            if (isAhead && (isUnseen || isBeyond || (width <= tolerance && plausible.Length > 1)))
                return Make([.. cut], isBeyond, space);
        }

        return null;
    }

    private static KeyCut? Make(int[] characters, bool isBeyond, Span space)
    {
        KeyCut cut = new(TextOf(characters), characters, KeyPlace.Behind(characters.AsSpan(..^1)), isBeyond);
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
/// <param name="Place">The place of its last character.</param>
/// <param name="IsBeyond">No key was seen that has this last character or a greater one at that place.</param>
internal sealed record KeyCut(string Text, int[] Characters, KeyPlace Place, bool IsBeyond);
