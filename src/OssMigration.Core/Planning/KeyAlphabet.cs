using System.Runtime.InteropServices;

namespace OssMigration.Core.Planning;

/// <summary>
/// The characters that keys were seen to have, place by place: the evidence from which cuts are chosen. What was seen elsewhere is held
/// to be possible until a probe has found nothing. Any key space will do. Not thread-safe.
/// </summary>
internal sealed class KeyAlphabet
{
    private const int BehindAll = 0x110000;
    private const int FirstOfMany = 0x80;
    private const int WidestStep = 1024;

    private readonly Dictionary<KeyPlace, Slot> _slots = [];
    private readonly Dictionary<KeyPlace, Bound> _bounds = [];
    private readonly List<int> _everywhere = [];

    /// <summary>Takes in a key that was listed.</summary>
    public void Learn(string key)
    {
        KeyPlace place = KeyPlace.Start;
        foreach (int character in KeyPlace.CharactersOf(key))
        {
            Slot slot = At(place);
            if (Insert(slot.Seen, character))
            {
                slot.Plausible = null;
                if (character >= slot.Limit)
                    slot.Limit = BehindAll;
                if (Insert(_everywhere, character))
                {
                    foreach (Slot other in _slots.Values)
                        other.Plausible = null;
                }
            }

            ref Bound bound = ref CollectionsMarshal.GetValueRefOrAddDefault(_bounds, place, out bool isKnown);
            if (!isKnown || character > bound.Greatest)
                bound = new Bound(character, isKnown && character < bound.Limit ? bound.Limit : BehindAll);
            place = place.After(character);
        }
    }

    /// <summary>
    /// The characters that may be at a place, in order: those seen there, those of the same kind seen anywhere, and one behind them all
    /// for what nobody has seen yet, as far as no probe has ruled them out.
    /// </summary>
    public ReadOnlySpan<int> Plausible(KeyPlace place)
    {
        if (!_slots.TryGetValue(place.Anyhow, out Slot? slot))
            return [];
        ReadOnlySpan<int> plausible = slot.Plausible ??= Reckon(slot);
        if (_bounds.TryGetValue(place, out Bound bound) && bound.Limit < BehindAll)
        {
            int count = plausible.BinarySearch(bound.Limit);
            plausible = plausible[..(count < 0 ? ~count : count)];
        }

        return plausible;
    }

    /// <summary>Whether keys were seen to have this character at this place.</summary>
    public bool IsSeen(KeyPlace place, int character) => _slots.TryGetValue(place.Anyhow, out Slot? slot) && slot.Seen.BinarySearch(character) >= 0;

    /// <summary>Whether no key was seen to have this character or a greater one at this place; behind the same character before it, where such keys were seen.</summary>
    public bool IsBeyond(KeyPlace place, int character) => _bounds.TryGetValue(place, out Bound bound) && bound.Greatest >= 0
        ? character > bound.Greatest
        : !_slots.TryGetValue(place.Anyhow, out Slot? slot) || slot.Seen.Count == 0 || character > slot.Seen[^1];

    /// <summary>How many characters were seen at a place.</summary>
    public int CountSeen(KeyPlace place) => _slots.TryGetValue(place.Anyhow, out Slot? slot) ? slot.Seen.Count : 0;

    /// <summary>Whether only one character was seen at a place, and no probe told yet whether there are greater ones.</summary>
    public bool IsUntried(KeyPlace place) => _slots.TryGetValue(place.Anyhow, out Slot? slot) && slot is { Seen.Count: 1, IsAsked: false };

    /// <summary>A probe found no keys with this character or a greater one at this place.</summary>
    public void Close(KeyPlace place, int character)
    {
        ref Bound bound = ref CollectionsMarshal.GetValueRefOrAddDefault(_bounds, place, out bool isKnown);
        if (!isKnown)
            bound = new Bound(-1, BehindAll);
        if (bound.Greatest < character)
            bound = bound with { Limit = Math.Min(bound.Limit, character) };
        Slot slot = At(place);
        slot.IsAsked = true;

        // Months end at 12 and at 09: what is true behind one character is true behind another only for characters of another kind.
        if (slot.Seen.Count > 0 && (slot.Seen[^1] >= character || (place.Before >= 0 && Kind(slot.Seen[^1]) == Kind(character))))
            return;
        slot.Limit = Math.Min(slot.Limit, character);
        slot.Plausible = null;
    }

    /// <summary>The code point behind another one; null behind the last.</summary>
    public static int? Behind(int character) => character switch
    {
        0xD7FF => 0xE000,
        0x10FFFF => null,
        _ => character + 1,
    };

    private int[] Reckon(Slot slot)
    {
        if (slot.Seen.Count == 0)
            return [];
        (int least, int greatest) = (slot.Seen[0], slot.Seen[^1]);
        if (slot.Seen.Count == 1)
            return [least];
        SortedSet<int> plausible = [.. slot.Seen];
        plausible.UnionWith(_everywhere.Where(character => character >= least && character < slot.Limit && (character <= greatest || Kind(character) == Kind(greatest))));
        AddBetween(plausible);
        for (int? next = Behind(plausible.Max); next < slot.Limit; next = next >= FirstOfMany ? Further(greatest, next.Value) : null)
            plausible.Add(next.Value);
        return [.. plausible];
    }

    // Alphabets of thousands of characters are met by going on in larger and larger steps, and by cutting what lies between, nearer to what was seen.
    private static int? Further(int from, int to)
    {
        int next = from + (4 * (to - from));
        return next > from + WidestStep || next > 0x10FFFF ? null : next is >= 0xD800 and < 0xE000 ? 0xE000 : next;
    }

    private static void AddBetween(SortedSet<int> plausible)
    {
        int last = plausible.Min;
        foreach (int character in (int[])[.. plausible])
        {
            for (int step = (character - last) / 2; last >= FirstOfMany && step > 0; step /= 8)
            {
                if (last + step is < 0xD800 or >= 0xE000)
                    plausible.Add(last + step);
            }

            last = character;
        }
    }

    private static int Kind(int character) => character switch
    {
        >= '0' and <= '9' => 1,
        >= 'A' and <= 'Z' => 2,
        >= 'a' and <= 'z' => 3,
        < 0x80 => 0,
        _ => 4 + (character >> 7),
    };

    private static bool Insert(List<int> sorted, int character)
    {
        int at = CollectionsMarshal.AsSpan(sorted).BinarySearch(character);
        if (at < 0)
            sorted.Insert(~at, character);
        return at < 0;
    }

    private Slot At(KeyPlace place)
    {
        ref Slot? slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_slots, place.Anyhow, out _);
        return slot ??= new Slot();
    }

    // What is known of a place behind one certain character.
    private readonly record struct Bound(int Greatest, int Limit);

    private sealed class Slot
    {
        public List<int> Seen { get; } = [];

        public int[]? Plausible { get; set; }

        public int Limit { get; set; } = BehindAll;

        public bool IsAsked { get; set; }
    }
}
