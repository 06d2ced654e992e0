namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// A set of strings with values, walked a UTF-16 character at a time in one memory access a step. The strings are given
/// at once and don't change.
/// </summary>
/// <remarks>
/// A double array: the child of a node by a character stands at the node's base plus the character's code, and belongs
/// to it if it names the node as its parent. Codes are dense and the commonest characters have the smallest, so
/// children stand close together. A node's children are put into the first holes that fit all of them; the search for
/// one is bounded, so building takes linear time.
/// </remarks>
internal sealed class DoubleArrayTrie
{
    /// <summary>The node that every string begins at.</summary>
    public const int Root = 0;

    /// <summary>The value of a node at which no string ends.</summary>
    public const int NoValue = -1;

    private const int Free = -1;
    private const int SearchedSlots = 512;

    private readonly ushort[] _codes = new ushort[char.MaxValue + 1];
    private readonly int _codeCount;
    private Unit[] _units = [];
    private int _firstFree = 1;
    private int _used = 1;

    /// <summary>Creates a trie.</summary>
    /// <param name="strings">Strings and their values from 0; none empty, none twice.</param>
    public DoubleArrayTrie(IEnumerable<KeyValuePair<string, int>> strings)
    {
        var sorted = strings.ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        LongestString = sorted.Length == 0 ? 0 : sorted.Max(s => s.Key.Length);
        _codeCount = AssignCodes(sorted);
        Reserve(_codeCount + 1);
        _units[Root].Parent = Root;
        Build(sorted);
        Array.Resize(ref _units, _used + _codeCount + 1);
    }

    /// <summary>How many characters the longest string has.</summary>
    public int LongestString { get; }

    /// <summary>Goes to a node's child; false, and the node stays, where there is none.</summary>
    public bool TryStep(ref int node, char character)
    {
        var code = _codes[character];
        if (code == 0)
            return false;
        var child = _units[node].Base + code;
        if (_units[child].Parent != node)
            return false;
        node = child;
        return true;
    }

    /// <summary>The value of the string that ends at a node, or <see cref="NoValue"/>.</summary>
    public int ValueOf(int node) => _units[node].Value;

    /// <summary>Numbers the characters from 1, the commonest first.</summary>
    private int AssignCodes(KeyValuePair<string, int>[] strings)
    {
        var counts = new int[char.MaxValue + 1];
        foreach (var (text, _) in strings)
        {
            foreach (var character in text)
                counts[character]++;
        }

        var used = Enumerable.Range(0, counts.Length).Where(c => counts[c] > 0).OrderByDescending(c => counts[c]);
        var code = 0;
        foreach (var character in used)
            _codes[character] = checked((ushort)++code);
        return code;
    }

    private void Build(KeyValuePair<string, int>[] strings)
    {
        // Each entry: a node and the strings that go through it, which agree in their first characters up to its depth.
        var open = new Queue<(int Node, int From, int To, int Depth)>();
        open.Enqueue((Root, 0, strings.Length, 0));
        var children = new List<(int Code, int From, int To)>();
        while (open.TryDequeue(out var item))
        {
            var (node, from, to, depth) = item;
            if (from < to && strings[from].Key.Length == depth)
                _units[node].Value = strings[from++].Value;
            children.Clear();
            while (from < to)
            {
                var character = strings[from].Key[depth];
                var end = from + 1;
                while (end < to && strings[end].Key[depth] == character)
                    end++;
                children.Add((_codes[character], from, end));
                from = end;
            }

            if (children.Count == 0)
                continue;
            var start = FindBase(children);
            _units[node].Base = start;
            foreach (var (code, first, last) in children)
            {
                Take(start + code, node);
                open.Enqueue((start + code, first, last, depth + 1));
            }
        }
    }

    private int FindBase(List<(int Code, int From, int To)> children)
    {
        var lowest = children.Min(c => c.Code);
        while (_units[_firstFree].Parent != Free)
        {
            _firstFree++;
            Reserve(_firstFree + 1);
        }

        for (var slot = Math.Max(_firstFree, lowest); slot < Math.Min(_firstFree + SearchedSlots, _used); slot++)
        {
            if (Fits(slot - lowest, children))
                return slot - lowest;
        }

        return Math.Max(_used - lowest, 0);
    }

    private bool Fits(int start, List<(int Code, int From, int To)> children)
    {
        Reserve(start + _codeCount + 1);
        foreach (var (code, _, _) in children)
        {
            if (_units[start + code].Parent != Free)
                return false;
        }

        return true;
    }

    private void Take(int slot, int parent)
    {
        Reserve(slot + _codeCount + 1);
        _units[slot].Parent = parent;
        _used = Math.Max(_used, slot + 1);
    }

    private void Reserve(int count)
    {
        if (count <= _units.Length)
            return;
        var before = _units.Length;
        Array.Resize(ref _units, Math.Max(count, before * 2));
        Array.Fill(_units, new Unit { Parent = Free, Value = NoValue }, before, _units.Length - before);
    }

    private struct Unit
    {
        public int Base;
        public int Parent;
        public int Value;
    }
}
