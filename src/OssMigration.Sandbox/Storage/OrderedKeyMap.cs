using System.Diagnostics.CodeAnalysis;

namespace OssMigration.Sandbox.Storage;

/// <summary>
/// Keys in UTF-8 byte order with a value each, held in blocks: seek, insert and remove cost O(log n) comparisons.
/// Not safe for concurrent use; the bucket's lock guards it.
/// </summary>
internal sealed class OrderedKeyMap<TValue>
    where TValue : class
{
    private const int BlockSize = 256;
    private readonly List<Block> _blocks = [];

    /// <summary>The number of keys.</summary>
    public long Count { get; private set; }

    /// <summary>Finds the value of exactly this key.</summary>
    public bool TryGet(string key, [MaybeNullWhen(false)] out TValue value)
    {
        int block = FindBlock(KeyBound.AtOrAfter(key));
        if (block < _blocks.Count)
        {
            int at = _blocks[block].Find(KeyBound.AtOrAfter(key));
            if (string.Equals(_blocks[block].Keys[at], key, StringComparison.Ordinal))
            {
                value = _blocks[block].Values[at];
                return true;
            }
        }
        value = null;
        return false;
    }

    /// <summary>Adds the key or replaces its value.</summary>
    public void Set(string key, TValue value)
    {
        int index = FindBlock(KeyBound.AtOrAfter(key));
        if (index == _blocks.Count)
        {
            Append(key, value);
            return;
        }
        Block block = _blocks[index];
        int at = block.Find(KeyBound.AtOrAfter(key));
        if (string.Equals(block.Keys[at], key, StringComparison.Ordinal))
        {
            block.Values[at] = value;
            return;
        }
        if (block.Count == BlockSize)
        {
            Block upper = block.SplitOff(BlockSize / 2);
            _blocks.Insert(index + 1, upper);
            if (at > BlockSize / 2)
            {
                block = upper;
                at -= BlockSize / 2;
            }
        }
        block.Insert(at, key, value);
        Count++;
    }

    /// <summary>Removes the key; false when it is not there.</summary>
    public bool Remove(string key)
    {
        int index = FindBlock(KeyBound.AtOrAfter(key));
        if (index == _blocks.Count)
            return false;
        Block block = _blocks[index];
        int at = block.Find(KeyBound.AtOrAfter(key));
        if (!string.Equals(block.Keys[at], key, StringComparison.Ordinal))
            return false;
        block.RemoveAt(at);
        if (block.Count == 0)
            _blocks.RemoveAt(index);
        Count--;
        return true;
    }

    /// <summary>The first entry that is not before the bound; false at the end.</summary>
    public bool TrySeek(KeyBound bound, [MaybeNullWhen(false)] out string key, [MaybeNullWhen(false)] out TValue value)
    {
        int index = FindBlock(bound);
        if (index == _blocks.Count)
        {
            key = null;
            value = null;
            return false;
        }
        Block block = _blocks[index];
        int at = block.Find(bound);
        key = block.Keys[at];
        value = block.Values[at];
        return true;
    }

    /// <summary>A cursor over the entries, before the first one. It is void after a change of the map.</summary>
    public Cursor OpenCursor() => new(this);

    private void Append(string key, TValue value)
    {
        if (_blocks.Count == 0 || _blocks[^1].Count == BlockSize)
            _blocks.Add(new Block());
        Block last = _blocks[^1];
        last.Insert(last.Count, key, value);
        Count++;
    }

    /// <summary>The first block whose last key is not before the bound.</summary>
    private int FindBlock(KeyBound bound)
    {
        int low = 0, high = _blocks.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            Block block = _blocks[middle];
            if (bound.IsBefore(block.Keys[block.Count - 1]))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>A position in the map.</summary>
    internal sealed class Cursor(OrderedKeyMap<TValue> map)
    {
        private int _block;
        private int _at = -1;

        /// <summary>The key at the position.</summary>
        public string Key => map._blocks[_block].Keys[_at];

        /// <summary>The value at the position.</summary>
        public TValue Value => map._blocks[_block].Values[_at];

        /// <summary>Puts the cursor so that <see cref="MoveNext"/> shows the first entry that is not before the bound.</summary>
        public void Seek(KeyBound bound)
        {
            _block = map.FindBlock(bound);
            _at = _block < map._blocks.Count ? map._blocks[_block].Find(bound) - 1 : -1;
        }

        /// <summary>Goes to the next entry; false at the end.</summary>
        public bool MoveNext()
        {
            if (_block >= map._blocks.Count)
                return false;
            if (++_at < map._blocks[_block].Count)
                return true;
            _at = 0;
            return ++_block < map._blocks.Count;
        }
    }

    private sealed class Block
    {
        public string[] Keys { get; } = new string[BlockSize];

        public TValue[] Values { get; } = new TValue[BlockSize];

        public int Count { get; private set; }

        public int Find(KeyBound bound)
        {
            int low = 0, high = Count;
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                if (bound.IsBefore(Keys[middle]))
                    low = middle + 1;
                else
                    high = middle;
            }
            return low;
        }

        public void Insert(int at, string key, TValue value)
        {
            Array.Copy(Keys, at, Keys, at + 1, Count - at);
            Array.Copy(Values, at, Values, at + 1, Count - at);
            Keys[at] = key;
            Values[at] = value;
            Count++;
        }

        public void RemoveAt(int at)
        {
            Count--;
            Array.Copy(Keys, at + 1, Keys, at, Count - at);
            Array.Copy(Values, at + 1, Values, at, Count - at);
            Keys[Count] = null!;
            Values[Count] = null!;
        }

        public Block SplitOff(int at)
        {
            var upper = new Block { Count = Count - at };
            Array.Copy(Keys, at, upper.Keys, 0, upper.Count);
            Array.Copy(Values, at, upper.Values, 0, upper.Count);
            Array.Clear(Keys, at, upper.Count);
            Array.Clear(Values, at, upper.Count);
            Count = at;
            return upper;
        }
    }
}
