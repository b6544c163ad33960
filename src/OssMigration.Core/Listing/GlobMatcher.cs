using System.Text;

namespace OssMigration.Core.Listing;

/// <summary>
/// Matches whole keys against one brace-free glob. All places in the glob where the match may stand are kept as bits and
/// moved together, so the time is linear in the key. Immutable, thread-safe.
/// </summary>
/// <remarks>
/// Not a regular expression: RegexOptions.NonBacktracking (seen with .NET 10.0.12) denies matches for some patterns that globs
/// turn into, for example <c>\A(?:.*//(?:.*/)?|[^/]*/(?:.*/)?/(?:.*/)?)\z</c> on <c>//</c>.
/// </remarks>
internal sealed class GlobMatcher
{
    private const int AsciiCount = 128;

    private readonly IReadOnlyList<GlobStep> _steps;
    private readonly int _words;
    private readonly ulong[] _taking;
    private readonly ulong[] _stayAtSlash;
    private readonly ulong[] _stayElse;
    private readonly ulong[] _skipAtSlash;
    private readonly ulong[] _skipElse;

    /// <summary>Prepares the steps of one pattern.</summary>
    public GlobMatcher(IReadOnlyList<GlobStep> steps)
    {
        _steps = steps;
        _words = steps.Count / 64 + 1;
        _stayAtSlash = Mask(kind => kind is GlobStepKind.Anything or GlobStepKind.Folders);
        _stayElse = Mask(kind => kind != GlobStepKind.OneOf);

        // Folders are left only behind their last slash, which is also where they are entered.
        _skipAtSlash = _stayElse;
        _skipElse = Mask(kind => kind is GlobStepKind.Anything or GlobStepKind.WithinFolder);
        _taking = new ulong[AsciiCount * _words];
        for (int character = 0; character < AsciiCount; character++)
            FindTaking(character, _taking.AsSpan(character * _words, _words));
    }

    /// <summary>Whether the pattern stands for this key.</summary>
    public bool IsMatch(string key)
    {
        Span<ulong> places = _words <= 32 ? stackalloc ulong[_words] : new ulong[_words];
        Span<ulong> other = _words <= 32 ? stackalloc ulong[_words] : new ulong[_words];
        places[0] = 1;
        Skip(places, _skipAtSlash);
        foreach (Rune character in key.EnumerateRunes())
        {
            ReadOnlySpan<ulong> taking = character.IsAscii ? _taking.AsSpan(character.Value * _words, _words) : FindTaking(character.Value, other);
            bool isSlash = character.Value == '/';
            Move(places, taking, isSlash ? _stayAtSlash : _stayElse);
            Skip(places, isSlash ? _skipAtSlash : _skipElse);
            if (!places.ContainsAnyExcept(0UL))
                return false;
        }
        return (places[_steps.Count / 64] >> (_steps.Count % 64) & 1) != 0;
    }

    private static void Move(Span<ulong> places, ReadOnlySpan<ulong> taking, ReadOnlySpan<ulong> staying)
    {
        ulong carry = 0;
        for (int word = 0; word < places.Length; word++)
        {
            ulong advancing = places[word] & taking[word];
            places[word] = (advancing << 1) | carry | (places[word] & staying[word]);
            carry = advancing >> 63;
        }
    }

    // Steps that may take nothing let the places through; several of them in a row take several rounds.
    private static void Skip(Span<ulong> places, ReadOnlySpan<ulong> skipping)
    {
        bool hasChanged = true;
        while (hasChanged)
        {
            hasChanged = false;
            ulong carry = 0;
            for (int word = 0; word < places.Length; word++)
            {
                ulong advancing = places[word] & skipping[word];
                ulong next = places[word] | (advancing << 1) | carry;
                carry = advancing >> 63;
                hasChanged |= next != places[word];
                places[word] = next;
            }
        }
    }

    private Span<ulong> FindTaking(int character, Span<ulong> taking)
    {
        taking.Clear();
        for (int step = 0; step < _steps.Count; step++)
        {
            foreach ((int first, int last) in _steps[step].Set)
            {
                if (character >= first && character <= last)
                    taking[step / 64] |= 1UL << (step % 64);
            }
        }
        return taking;
    }

    private ulong[] Mask(Func<GlobStepKind, bool> isIn)
    {
        ulong[] mask = new ulong[_words];
        for (int step = 0; step < _steps.Count; step++)
        {
            if (isIn(_steps[step].Kind))
                mask[step / 64] |= 1UL << (step % 64);
        }
        return mask;
    }
}
