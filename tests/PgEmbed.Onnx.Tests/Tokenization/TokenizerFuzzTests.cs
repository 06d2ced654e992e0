using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

/// <summary>
/// Damaged and hostile tokenizer.json files: each loads or is refused with a message, and one that loads tokenizes or
/// refuses a text. PGEMBED_FUZZ sets how many; the seed is fixed.
/// </summary>
public class TokenizerFuzzTests
{
    private static readonly int Count = int.Parse(
        Environment.GetEnvironmentVariable("PGEMBED_FUZZ") ?? "3000", CultureInfo.InvariantCulture);

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1", "2147483647", "4294967296", "1e999", "0.5", "\"\"", "\"a\"", "\" \"",
        "\"\\u0000\"", "\"\\ud800\"", "[]", "{}", "[[]]", "[1,2,3]", "[\"a\",\"b\"]", "{\"type\":\"Sequence\"}",
        "{\"Regex\":\"(a+)+b\"}", "{\"Regex\":\"[\"}", "{\"Regex\":\"\"}", "{\"String\":\"\"}", "\"Removed\"",
        "{\"type\":\"NFKC\"}", "{\"type\":\"ByteLevel\",\"add_prefix_space\":true}",
    ];

    private static readonly string[] Texts =
        ["", "a", "the quick brown fox's 123 <mask> \n é中😀\0", new string('a', 3_000), "\ud800 x \udc00"];

    [Fact]
    public void A_damaged_file_is_refused_or_works_and_never_crashes_or_hangs()
    {
        var random = new Random(20240607);
        var seeds = Seeds();
        int loaded = 0, refused = 0;
        using var folder = new TemporaryFolder();
        for (var i = 0; i < Count; i++)
        {
            var seed = seeds[random.Next(seeds.Count)];
            var file = random.Next(4) == 0 ? MutateBytes(seed, random) : MutateTree(seed, random);
            folder.Write("tokenizer.json", file);
            if (Try(folder.Path))
                loaded++;
            else
                refused++;
        }

        Assert.True(loaded > Count / 100, $"{loaded} of {Count} files loaded");
        Assert.True(refused > Count / 100, $"{refused} of {Count} files refused");
    }

    private static bool Try(string folder)
    {
        try
        {
            var tokenizer = Tokenizer.Load(folder);
            var ids = new int[Math.Min(tokenizer.SpecialTokenCount, 1_000_000) + 10_000];
            foreach (var text in Texts)
                tokenizer.Encode(text, ids, out _);
            return true;
        }
        catch (PgEmbedException e)
        {
            Assert.NotEmpty(e.Message);
            return false;
        }
    }

    /// <summary>The small files of the reference, every kind of part among them.</summary>
    private static List<string> Seeds()
    {
        var reference = JsonNode.Parse(Fixture.Bytes("reference.json"))!;
        var small = reference["variants"]!.AsArray().First(v => v!["name"]!.GetValue<string>() == "BpeUnknown")!;
        var seeds = new List<string>();
        foreach (var variant in reference["variants"]!.AsArray())
        {
            if (variant!["file"] is not { } file)
                continue;
            var seed = file.DeepClone();
            if (seed["model"] is JsonValue)
                seed["model"] = small["file"]!["model"]!.DeepClone();
            // The ids of added tokens follow the vocabulary's size.
            var next = seed["model"]!["vocab"]!.AsObject().Count;
            foreach (var token in seed["added_tokens"]!.AsArray())
                token!["id"] = next++;
            seeds.Add(seed.ToJsonString());
        }

        return seeds;
    }

    private static byte[] MutateBytes(string seed, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(seed).ToList();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at - 1));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(0, Math.Min(random.Next(1, 200), bytes.Count)));
                    break;
                default:
                    bytes[at] = (byte)(bytes[at] ^ (1 << random.Next(8)));
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] MutateTree(string seed, Random random)
    {
        var root = JsonNode.Parse(seed)!;
        var raw = "";
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var places = Places(root).ToList();
            var (parent, key) = places[random.Next(places.Count)];
            // Not every value can be a node (half a surrogate pair, say): it is put in as text afterwards.
            raw = Values[random.Next(Values.Length)];
            var mark = JsonValue.Create("\u0001mark\u0001");
            if (parent is JsonObject map)
            {
                if (random.Next(4) == 0)
                    map.Remove(key);
                else
                    map[key] = random.Next(4) == 0 && map.Count > 1 ? Other(map, random) : mark;
            }
            else if (parent is JsonArray list)
            {
                var at = int.Parse(key, CultureInfo.InvariantCulture);
                if (random.Next(4) == 0)
                    list.RemoveAt(at);
                else
                    list[at] = mark;
            }
        }

        var json = root.ToJsonString().Replace(
            JsonSerializer.Serialize("\u0001mark\u0001"), raw, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(json);
    }

    private static JsonNode? Other(JsonObject map, Random random) =>
        map.ElementAt(random.Next(map.Count)).Value?.DeepClone();

    private static IEnumerable<(JsonNode Parent, string Key)> Places(JsonNode node)
    {
        var children = node switch
        {
            JsonObject map => map.Select(p => (p.Key, p.Value)),
            JsonArray list => list.Select((value, i) => (i.ToString(CultureInfo.InvariantCulture), value)),
            _ => [],
        };
        foreach (var (key, child) in children)
        {
            yield return (node, key);
            if (child is null)
                continue;
            foreach (var place in Places(child))
                yield return place;
        }
    }
}
