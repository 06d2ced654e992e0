namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// A set of strings with values, walked a UTF-16 character at a time. The strings are given at once and don't change.
/// </summary>
/// <remarks>
/// Nodes are numbered level by level, and on a level in the order of their strings: a node's children stand side by side
/// in the order of their characters, directly before those of the next node. So a node is a character, the number of its
/// first child and a value, and a child is found by a binary search; the root's, of which there are the most and which
/// every walk begins with, stand in a table.
/// </remarks>
internal sealed class SortedTrie
{
    /// <summary>The node that every string begins at.</summary>
    public const int Root = 0;

    /// <summary>The value of a node at which no string ends.</summary>
    public const int NoValue = -1;

    // Fewer children than this are looked through one after another, which is quicker.
    private const int Few = 8;

    private readonly char[] _characters;

    // Of each node, and one more behind the last: where the children of the node before it end.
    private readonly int[] _firstChildren;
    private readonly int[] _values;

    // The root's children by character; 0 where there is none.
    private readonly int[] _begins;

    /// <summary>Creates a trie.</summary>
    /// <param name="strings">Strings and their values from 0; none empty, none twice.</param>
    public SortedTrie(IEnumerable<KeyValuePair<string, int>> strings)
    {
        var sorted = strings.ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        var count = CountNodes(sorted);
        _characters = new char[count];
        _firstChildren = new int[count + 1];
        _values = new int[count];
        Build(sorted);
        _begins = new int[count == 1 ? 0 : _characters[_firstChildren[Root + 1] - 1] + 1];
        for (var child = _firstChildren[Root]; child < _firstChildren[Root + 1]; child++)
            _begins[_characters[child]] = child;
    }

    /// <summary>How many characters the longest string has.</summary>
    public int LongestString { get; private set; }

    /// <summary>Goes to a node's child; false, and the node stays, where there is none.</summary>
    public bool TryStep(ref int node, char character)
    {
        var child = node == Root
            ? character < _begins.Length ? _begins[character] : 0
            : FindChild(_firstChildren[node], _firstChildren[node + 1], character);
        // The root is nobody's child.
        if (child == 0)
            return false;
        node = child;
        return true;
    }

    /// <summary>The value of the string that ends at a node, or <see cref="NoValue"/>.</summary>
    public int ValueOf(int node) => _values[node];

    private int FindChild(int from, int to, char character)
    {
        while (to - from > Few)
        {
            var middle = (from + to) >>> 1;
            if (_characters[middle] <= character)
                from = middle;
            else
                to = middle;
        }

        for (; from < to; from++)
        {
            if (_characters[from] == character)
                return from;
        }

        return 0;
    }

    /// <summary>One for each beginning that strings have, the empty one included.</summary>
    private static int CountNodes(KeyValuePair<string, int>[] sorted)
    {
        var count = 1;
        var before = "";
        foreach (var (text, _) in sorted)
        {
            count += text.Length - text.AsSpan().CommonPrefixLength(before);
            before = text;
        }

        return count;
    }

    private void Build(KeyValuePair<string, int>[] sorted)
    {
        // The strings that go through each node; they agree in their first characters, as many as the node's level.
        var ranges = new (int From, int To)[_characters.Length];
        ranges[Root] = (0, sorted.Length);
        var count = 1;
        for (int node = 0, level = 0, levelEnd = 1; node < ranges.Length; node++)
        {
            if (node == levelEnd)
                (level, levelEnd) = (level + 1, count);
            var (from, to) = ranges[node];
            var ends = from < to && sorted[from].Key.Length == level;
            _values[node] = ends ? sorted[from++].Value : NoValue;
            _firstChildren[node] = count;
            while (from < to)
            {
                var start = from;
                var character = sorted[from].Key[level];
                while (from < to && sorted[from].Key[level] == character)
                    from++;
                _characters[count] = character;
                ranges[count++] = (start, from);
            }

            LongestString = level;
        }

        _firstChildren[^1] = count;
    }
}
