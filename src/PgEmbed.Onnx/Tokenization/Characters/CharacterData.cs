using System.Globalization;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// An embedded file of named sections, each a set of code points (<c>0041-005A</c>) or a map of code points to one or
/// more (<c>0130:0069+0307</c>; a range maps to the range that starts behind the colon).
/// </summary>
internal sealed class CharacterData
{
    private readonly Dictionary<string, List<string>> _sections = [];

    /// <summary>Reads an embedded file.</summary>
    public CharacterData(string resource)
    {
        List<string>? items = null;
        var type = typeof(CharacterData);
        using var reader = new StreamReader(type.Assembly.GetManifestResourceStream(type, resource)!);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('['))
                _sections[line[1..^1]] = items = [];
            else if (!line.StartsWith('#'))
                items?.AddRange(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    /// <summary>The sections whose name begins so.</summary>
    public IEnumerable<string> Names(string prefix) =>
        _sections.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal));

    public bool Has(string name) => _sections.ContainsKey(name);

    public CodePointSet Set(string name) => CodePointSet.OfRanges(_sections[name].Select(ReadRange));

    public Dictionary<int, string> Map(string name)
    {
        var map = new Dictionary<int, string>();
        foreach (var item in _sections[name])
        {
            var colon = item.IndexOf(':', StringComparison.Ordinal);
            var (first, last) = ReadRange(item[..colon]);
            var targets = item[(colon + 1)..].Split('+').Select(ReadHex).ToArray();
            for (var i = first; i <= last; i++)
                map[i] = string.Concat(targets.Select(t => char.ConvertFromUtf32(t + i - first)));
        }

        return map;
    }

    private static (int First, int Last) ReadRange(string range)
    {
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? (ReadHex(range), ReadHex(range)) : (ReadHex(range[..dash]), ReadHex(range[(dash + 1)..]));
    }

    private static int ReadHex(string digits) =>
        int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
