using System.Numerics;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Strings with ids, searched for the longest that a text begins with, in one step a character. Nodes are numbered; an
/// edge is an entry of one open-addressed hash table whose key is the parent node and the character.
/// </summary>
internal sealed class PieceTrie
{
    /// <summary>The node that every string begins at.</summary>
    public const int Root = 0;

    private const int None = -1;

    private readonly List<int> _ids = [None];
    private ulong[] _keys = new ulong[16];
    private int[] _children = new int[16];
    private int _shift = 64 - 4;
    private int _edges;

    /// <summary>Adds a string; an id given to it before is replaced.</summary>
    public void Add(ReadOnlySpan<char> piece, int id)
    {
        var node = Root;
        foreach (var character in piece)
            node = FindOrAdd(node, character);
        _ids[node] = id;
    }

    /// <summary>The node that a string ends at, or -1 where none begins with it.</summary>
    public int Find(ReadOnlySpan<char> prefix)
    {
        var node = Root;
        foreach (var character in prefix)
        {
            node = Child(node, character);
            if (node < 0)
                return None;
        }

        return node;
    }

    /// <summary>The longest string, counted from a node, that the text begins with; false for none.</summary>
    public bool TryMatch(ReadOnlySpan<char> text, int node, out int id, out int length)
    {
        id = None;
        length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            node = Child(node, text[i]);
            if (node < 0)
                break;
            if (_ids[node] < 0)
                continue;
            id = _ids[node];
            length = i + 1;
        }

        return length > 0;
    }

    private int Child(int node, char character)
    {
        var key = Key(node, character);
        for (var slot = Slot(key); ; slot = (slot + 1) & (_keys.Length - 1))
        {
            if (_keys[slot] == key)
                return _children[slot];
            if (_keys[slot] == 0)
                return None;
        }
    }

    private int FindOrAdd(int node, char character)
    {
        var child = Child(node, character);
        if (child >= 0)
            return child;
        if (++_edges * 2 > _keys.Length)
            Grow();
        _ids.Add(None);
        Insert(Key(node, character), _ids.Count - 1);
        return _ids.Count - 1;
    }

    private void Grow()
    {
        var (keys, children) = (_keys, _children);
        _keys = new ulong[keys.Length * 2];
        _children = new int[keys.Length * 2];
        _shift = 64 - BitOperations.Log2((uint)_keys.Length);
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] != 0)
                Insert(keys[i], children[i]);
        }
    }

    private void Insert(ulong key, int child)
    {
        var slot = Slot(key);
        while (_keys[slot] != 0)
            slot = (slot + 1) & (_keys.Length - 1);
        _keys[slot] = key;
        _children[slot] = child;
    }

    // Never 0, which marks an empty slot.
    private static ulong Key(int node, char character) => ((ulong)(node + 1) << 16) | character;

    // Fibonacci hashing: the top bits of the product are well mixed.
    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> _shift);
}
