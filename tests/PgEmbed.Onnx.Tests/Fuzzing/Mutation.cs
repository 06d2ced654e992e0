using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PgEmbed.Onnx.Tests.Fuzzing;

/// <summary>Damages files a little.</summary>
internal static class Mutation
{
    // What may stand in a model's JSON files, and what never should.
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1", "2147483647", "4294967296", "1e999", "0.5", "\"\"", "\"a\"", "\" \"",
        "\"\\u0000\"", "\"\\ud800\"", "[]", "{}", "[[]]", "[1,2,3]", "[\"a\",\"b\"]", "{\"type\":\"Sequence\"}",
        "{\"Regex\":\"(a+)+b\"}", "{\"Regex\":\"[\"}", "{\"Regex\":\"\"}", "{\"String\":\"\"}", "\"Removed\"",
        "{\"type\":\"NFKC\"}", "{\"type\":\"ByteLevel\",\"add_prefix_space\":true}", "\"../../etc/passwd\"", "\"/\"",
        "\"bert\"", "\"sentence_transformers.models.Normalize\"", "16001", "1e-40",
    ];

    /// <summary>Changes some of a JSON file's values, three times of four, or else some of its bytes.</summary>
    public static byte[] OfJson(string json, Random random) =>
        random.Next(4) == 0 ? OfBytes(Encoding.UTF8.GetBytes(json), random) : OfTree(json, random);

    /// <summary>Changes, removes or repeats some bytes.</summary>
    public static byte[] OfBytes(ReadOnlySpan<byte> whole, Random random)
    {
        List<byte> bytes = [.. whole];
        for (var count = random.Next(1, 4); count > 0 && bytes.Count > 0; count--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(0, Math.Min(random.Next(1, 200), bytes.Count)));
                    break;
                case 3:
                    bytes.RemoveRange(at, random.Next(4) == 0 ? bytes.Count - at : 1);
                    break;
                default:
                    bytes[at] = (byte)(bytes[at] ^ (1 << random.Next(8)));
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] OfTree(string json, Random random)
    {
        var root = JsonNode.Parse(json)!;
        var raw = "";
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var places = Places(root).ToList();
            if (places.Count == 0)
                break;
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

        return Encoding.UTF8.GetBytes(root.ToJsonString().Replace(
            JsonSerializer.Serialize("\u0001mark\u0001"), raw, StringComparison.Ordinal));
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
