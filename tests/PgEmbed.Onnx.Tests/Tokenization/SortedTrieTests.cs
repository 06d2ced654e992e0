using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

public class SortedTrieTests
{
    [Theory]
    [InlineData(1, "ab", 5)]
    [InlineData(300, "abcdef", 6)]
    [InlineData(3000, "abcdefghijklmnopqrstuvwxyz▁éß漢字かな\0\uffff", 4)]
    [InlineData(20_000, null, 3)]
    public void It_has_its_strings_and_no_others(int count, string? alphabet, int maxLength)
    {
        var random = new Random(count);
        string Any() => string.Create(random.Next(1, maxLength + 1), 0, (chars, _) =>
        {
            foreach (ref var character in chars)
                character = alphabet?[random.Next(alphabet.Length)] ?? (char)random.Next(0x4e00, 0x9fff);
        });
        var strings = new Dictionary<string, int>();
        for (var i = 0; i < count; i++)
            strings[Any()] = i;
        var trie = new SortedTrie(strings);

        Assert.Equal(strings.Keys.Max(k => k.Length), trie.LongestString);
        foreach (var (text, value) in strings)
            Assert.Equal(value, Find(trie, text));
        for (var i = 0; i < count; i++)
        {
            var text = Any();
            Assert.Equal(strings.GetValueOrDefault(text, SortedTrie.NoValue), Find(trie, text));
            text += "!";
            Assert.Equal(SortedTrie.NoValue, Find(trie, text));
        }
    }

    /// <summary>As many as XLM-R has; where children stand far apart, a table of them would be nearly empty.</summary>
    [Fact]
    public void Many_strings_of_many_scripts_take_memory_in_proportion()
    {
        var random = new Random(4);
        (int First, int Count)[] scripts = [('a', 26), (0x430, 32), (0x905, 53), (0x4e00, 8000), (0xac00, 8000)];
        var strings = new Dictionary<string, int>();
        while (strings.Count < 250_000)
        {
            var (first, count) = scripts[random.Next(scripts.Length)];
            var text = string.Concat(Enumerable.Range(0, random.Next(2, 8)).Select(_ => (char)(first + random.Next(count))));
            strings.TryAdd($"▁{text}", strings.Count);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var trie = new SortedTrie(strings);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, 0, 32L * strings.Keys.Sum(text => text.Length));
        Assert.All(strings.Where(s => s.Value % 100 == 0), s => Assert.Equal(s.Value, Find(trie, s.Key)));
    }

    [Fact]
    public void Without_strings_it_has_none()
    {
        var trie = new SortedTrie([]);
        var node = SortedTrie.Root;
        Assert.All(Enumerable.Range(0, char.MaxValue + 1), c => Assert.False(trie.TryStep(ref node, (char)c)));
        Assert.Equal(0, trie.LongestString);
    }

    private static int Find(SortedTrie trie, string text)
    {
        var node = SortedTrie.Root;
        foreach (var character in text)
        {
            if (!trie.TryStep(ref node, character))
                return SortedTrie.NoValue;
        }

        return trie.ValueOf(node);
    }
}
