using System.Buffers;
using System.Text.Json;

namespace PgEmbed.Onnx;

/// <summary>
/// One object of a model folder's JSON file. Every property is asked for by name, what is missing or of another type is
/// an error that names the place, and <see cref="RefuseOthers"/> refuses what nobody asked for.
/// </summary>
internal sealed class JsonPart
{
    private readonly JsonElement _element;
    private readonly HashSet<string> _asked = [];

    private JsonPart(JsonElement element, string place)
    {
        _element = element;
        Place = place;
    }

    /// <summary>Where the object stands: the file and the path in it.</summary>
    public string Place { get; }

    /// <summary>The object as it stands in the file.</summary>
    public JsonElement Element => _element;

    /// <summary>Reads a file that holds one object.</summary>
    /// <exception cref="PgEmbedException">It can't be read, is not JSON, or holds no object.</exception>
    public static JsonPart ReadFile(string path)
    {
        var name = Path.GetFileName(path);
        return ObjectOf(ReadElement(path), name);
    }

    /// <summary>Reads a file that holds a list of objects.</summary>
    /// <exception cref="PgEmbedException">It can't be read, is not JSON, or holds no list of objects.</exception>
    public static IReadOnlyList<JsonPart> ReadListFile(string path) =>
        ListOf(ReadElement(path), Path.GetFileName(path));

    public string Text(string name) => OptionalText(name) ?? throw Missing(name, "a text");

    public string? OptionalText(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => TextOf(value, name),
        { } value => throw Unexpected(name, "a text", value),
    };

    public bool Flag(string name) => OptionalFlag(name) ?? throw Missing(name, "true or false");

    public bool? OptionalFlag(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Unexpected(name, "true or false", value),
    };

    public int Number(string name) => OptionalNumber(name) ?? throw Missing(name, "a number");

    public int? OptionalNumber(string name) => Find(name) is { } value ? NumberOf(value, name) : null;

    /// <summary>A number that need not be whole.</summary>
    public double? OptionalDecimal(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value => value.GetDouble(),
        { } value => throw Unexpected(name, "a number", value),
    };

    public JsonPart Object(string name) => OptionalObject(name) ?? throw Missing(name, "an object");

    public JsonPart? OptionalObject(string name) =>
        Find(name) is { } value ? ObjectOf(value, $"{Place}: {name}") : null;

    public IReadOnlyList<JsonPart> List(string name) =>
        ListOf(Find(name) ?? throw Missing(name, "a list"), $"{Place}: {name}");

    /// <summary>The elements of a list, as they stand.</summary>
    public IReadOnlyList<JsonElement> Values(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.Array } value => [.. value.EnumerateArray()],
        null => throw Missing(name, "a list"),
        { } value => throw Unexpected(name, "a list", value),
    };

    /// <summary>A text that stands in the list or pair of that name.</summary>
    public string TextIn(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String ? TextOf(value, name) : throw Unexpected(name, "a text", value);

    /// <summary>A list of whole numbers from 0.</summary>
    public IReadOnlyList<int> Numbers(string name) => [.. Values(name).Select(value => NumberOf(value, name))];

    /// <summary>The names of the object's properties that are not null.</summary>
    public IEnumerable<string> Names() =>
        _element.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null).Select(NameOf);

    /// <summary>The properties as numbers by name, such as a vocabulary; of two of one name the later counts.</summary>
    public Dictionary<string, int> NumberTable()
    {
        var numbers = new Dictionary<string, int>();
        foreach (var property in _element.EnumerateObject())
        {
            var name = NameOf(property);
            numbers[name] = NumberOf(property.Value, name);
        }

        return numbers;
    }

    /// <summary>Writes the object as one line without white space between its parts, in ASCII.</summary>
    public void WriteCanonical(IBufferWriter<byte> output)
    {
        try
        {
            using var writer = new Utf8JsonWriter(output);
            _element.WriteTo(writer);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw NotText(e);
        }
    }

    /// <summary>Notes properties that are known and say nothing about what is wanted.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            _asked.Add(name);
    }

    /// <summary>Refuses every property that nobody asked for.</summary>
    /// <exception cref="PgEmbedException">There is one.</exception>
    public void RefuseOthers()
    {
        foreach (var name in Names())
        {
            if (!_asked.Contains(name))
                throw new PgEmbedException(
                    $"{Place}: '{name}' is unknown here.", "It may change the result, so it is not passed over.");
        }
    }

    public PgEmbedException Error(string message, string? remedy = null) => new($"{Place}: {message}", remedy);

    /// <summary>The error for a part whose type is none of those that are known.</summary>
    public PgEmbedException UnknownType(string type, string supported) => Error(
        $"the type '{type}' is not supported, only {supported}.",
        "It would change the tokens, so it is not passed over: take a model with such a tokenizer.");

    private static JsonElement ReadElement(string path)
    {
        ReadOnlySpan<byte> bytes = SettingsFile.ReadAllBytes(path);
        if (bytes is [0xEF, 0xBB, 0xBF, ..])
            bytes = bytes[3..];
        try
        {
            return JsonElement.Parse(bytes);
        }
        catch (JsonException e)
        {
            throw new PgEmbedException(
                $"{path} is not JSON: {e.Message}",
                "The file is damaged or only partly there: fetch it again.",
                e);
        }
    }

    private static JsonPart ObjectOf(JsonElement element, string place) =>
        element.ValueKind == JsonValueKind.Object
            ? new JsonPart(element, place)
            : throw new PgEmbedException($"{place}: expected an object, got {Describe(element)}.");

    private static List<JsonPart> ListOf(JsonElement element, string place) =>
        element.ValueKind == JsonValueKind.Array
            ? [.. element.EnumerateArray().Select((item, i) => ObjectOf(item, $"{place}[{i}]"))]
            : throw new PgEmbedException($"{place}: expected a list, got {Describe(element)}.");

    private int NumberOf(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0
            ? number
            : throw Unexpected(name, "a whole number from 0", value);

    private string TextOf(JsonElement value, string name)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw NotText(e);
        }
    }

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException e)
        {
            throw NotText(e);
        }
    }

    private JsonElement? Find(string name)
    {
        _asked.Add(name);
        return _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private PgEmbedException Missing(string name, string expected) =>
        Error($"expected '{name}' to be {expected}, got none.");

    private PgEmbedException Unexpected(string name, string expected, JsonElement value) =>
        Error($"expected '{name}' to be {expected}, got {Describe(value)}.");

    private PgEmbedException NotText(Exception cause) =>
        new($"{Place}: a text is not valid Unicode.", "The file is damaged: fetch it again.", cause);

    private static string Describe(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : $"{text[..60]}…";
    }
}
