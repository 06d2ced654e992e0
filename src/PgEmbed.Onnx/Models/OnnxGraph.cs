namespace PgEmbed.Onnx.Models;

/// <summary>
/// What is looked up in an ONNX file before it is loaded: its operators, the files beside it that hold weights, and the
/// size of its token embedding. Weights are stepped over, so a large file is read in no time.
/// </summary>
/// <remarks>
/// Field numbers are those of onnx.proto3: ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto.
/// </remarks>
internal sealed class OnnxGraph
{
    // Graphs nest in the branches of If and the bodies of Loop; nobody nests them this deep.
    internal const int MaxDepth = 32;

    private readonly HashSet<string> _operators = [];
    private readonly SortedSet<string> _dataFiles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _rows = [];
    private readonly List<string> _outputs = [];
    private readonly List<(string Operator, List<string> Inputs, List<string> Outputs)> _nodes = [];

    private OnnxGraph(ReadOnlySpan<byte> model)
    {
        var reader = new ProtobufReader(model);
        var graphs = 0;
        while (reader.Read())
        {
            if (reader.Field == 7)
            {
                ReadGraph(reader.Bytes, 0);
                graphs++;
            }
            else if (reader.Field == 25)
            {
                ReadFunction(reader.Bytes);
            }
        }

        if (graphs != 1)
            throw new InvalidDataException("it has no graph");
    }

    /// <summary>The names of all operators, those in nested graphs and functions included.</summary>
    public IReadOnlySet<string> Operators => _operators;

    /// <summary>The files that hold weights, as the model names them, relative to its own place; sorted.</summary>
    public IReadOnlyCollection<string> DataFiles => _dataFiles;

    /// <summary>The names of the graph's outputs.</summary>
    public IReadOnlyCollection<string> Outputs => _outputs;

    /// <summary>
    /// Whether activations are quantized by the range of the whole batch, so that a text's vector depends on the texts
    /// beside it.
    /// </summary>
    public bool IsBatchDependent => _operators.Any(o => o.StartsWith("DynamicQuantize", StringComparison.Ordinal));

    /// <summary>Whether activations are quantized at all; a model computes in floats otherwise.</summary>
    public bool QuantizesActivations => IsBatchDependent || _operators.Contains("QuantizeLinear");

    /// <summary>Reads a file.</summary>
    /// <exception cref="PgEmbedException">It can't be read, or is no ONNX file, or only a part of one.</exception>
    public static OnnxGraph Read(string path) => Read(path, file => new OnnxGraph(file.Bytes));

    /// <summary>A file's bytes, cut to what one of its outputs is computed from.</summary>
    /// <exception cref="PgEmbedException">
    /// It can't be read, or is no ONNX file, or only a part of one, or has no such output.
    /// </exception>
    public static byte[] Cut(string path, string output) => Read(path, file => OnnxGraphCut.Cut(file.Bytes, output));

    /// <summary>
    /// How many rows the table has that an input's numbers are looked up in (Gather, perhaps behind a dequantization);
    /// null where the graph looks them up in another way.
    /// </summary>
    public long? RowsLookedUpBy(string input)
    {
        foreach (var node in _nodes)
        {
            if (node.Operator != "Gather" || node.Inputs.Count < 2 || node.Inputs[1] != input)
                continue;
            var table = node.Inputs[0];
            if (!_rows.ContainsKey(table))
                table = _nodes.Find(n => n.Operator != "Gather" && n.Outputs.Contains(table)).Inputs?[0] ?? table;
            if (_rows.TryGetValue(table, out var rows))
                return rows;
        }

        return null;
    }

    private static T Read<T>(string path, Func<MappedFile, T> read)
    {
        try
        {
            using var file = new MappedFile(path);
            return read(file);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new PgEmbedException(
                $"{path} is not a whole ONNX file: {e.Message}.", "It was perhaps fetched in part: fetch it again.", e);
        }
    }

    private void ReadGraph(ReadOnlySpan<byte> graph, int depth)
    {
        if (depth > MaxDepth)
            throw new InvalidDataException($"its graphs nest deeper than {MaxDepth}");
        var reader = new ProtobufReader(graph);
        while (reader.Read())
        {
            if (reader.Field == 1)
                ReadNode(reader.Bytes, depth);
            else if (reader.Field == 5)
                ReadTensor(reader.Bytes);
            else if (reader.Field == 12 && depth == 0)
                ReadOutput(reader.Bytes);
            else if (reader.Field == 15)
                ReadSparseTensor(reader.Bytes);
        }
    }

    private void ReadOutput(ReadOnlySpan<byte> output)
    {
        var reader = new ProtobufReader(output);
        while (reader.Read())
        {
            if (reader.Field == 1)
                _outputs.Add(reader.Text);
        }
    }

    private void ReadFunction(ReadOnlySpan<byte> function)
    {
        var reader = new ProtobufReader(function);
        while (reader.Read())
        {
            if (reader.Field == 7)
                ReadNode(reader.Bytes, 1);
        }
    }

    private void ReadNode(ReadOnlySpan<byte> node, int depth)
    {
        var type = "";
        List<string> inputs = [], outputs = [];
        var reader = new ProtobufReader(node);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    inputs.Add(reader.Text);
                    break;
                case 2:
                    outputs.Add(reader.Text);
                    break;
                case 4:
                    type = reader.Text;
                    break;
                case 5:
                    ReadAttribute(reader.Bytes, depth);
                    break;
            }
        }

        _operators.Add(type);
        if (depth == 0 && type is "Gather" or "DequantizeLinear" or "Cast")
            _nodes.Add((type, inputs, outputs));
    }

    private void ReadAttribute(ReadOnlySpan<byte> attribute, int depth)
    {
        var reader = new ProtobufReader(attribute);
        while (reader.Read())
        {
            if (reader.Field is 5 or 10)
                ReadTensor(reader.Bytes);
            else if (reader.Field is 6 or 11)
                ReadGraph(reader.Bytes, depth + 1);
            else if (reader.Field is 22 or 23)
                ReadSparseTensor(reader.Bytes);
        }
    }

    private void ReadSparseTensor(ReadOnlySpan<byte> tensor)
    {
        var reader = new ProtobufReader(tensor);
        while (reader.Read())
        {
            if (reader.Field is 1 or 2)
                ReadTensor(reader.Bytes);
        }
    }

    private void ReadTensor(ReadOnlySpan<byte> tensor)
    {
        var name = "";
        var shape = new List<long>();
        var reader = new ProtobufReader(tensor);
        while (reader.Read())
        {
            if (reader.Field == 1)
                reader.AddNumbersTo(shape);
            else if (reader.Field == 8)
                name = reader.Text;
            else if (reader.Field == 13)
                ReadDataEntry(reader.Bytes);
        }

        if (shape.Count > 0 && name.Length > 0)
            _rows[name] = shape[0];
    }

    private void ReadDataEntry(ReadOnlySpan<byte> entry)
    {
        string key = "", value = "";
        var reader = new ProtobufReader(entry);
        while (reader.Read())
        {
            if (reader.Field == 1)
                key = reader.Text;
            else if (reader.Field == 2)
                value = reader.Text;
        }

        if (key == "location")
            _dataFiles.Add(value);
    }
}
