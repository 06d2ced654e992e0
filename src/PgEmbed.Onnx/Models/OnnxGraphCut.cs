namespace PgEmbed.Onnx.Models;

/// <summary>
/// Cuts an ONNX model to what one of its outputs is computed from. ONNX Runtime runs the whole graph whatever outputs
/// are asked for, so leaving out the layers behind an earlier one's output is what saves their time.
/// </summary>
/// <remarks>
/// The messages are copied field by field, as they stand: all of ModelProto, but of GraphProto only the nodes that the
/// output depends on, the initializers and annotations that those use, and the one output. A graph's nodes come after
/// those that they take inputs from (ONNX asks for it), so one walk from the end finds them. Graphs nested in a node
/// may use any value of the outer one, by its name alone: all names in them count as the node's inputs.
/// </remarks>
internal static class OnnxGraphCut
{
    /// <summary>Writes the cut model.</summary>
    /// <param name="model">An ONNX file's bytes.</param>
    /// <param name="output">The output to keep.</param>
    /// <exception cref="InvalidDataException">The bytes are no model, or it has no such output.</exception>
    public static byte[] Cut(ReadOnlySpan<byte> model, string output)
    {
        using var cut = new MemoryStream();
        var reader = new ProtobufReader(model);
        while (reader.Read())
        {
            if (reader.Field == 7)
            {
                var graph = CutGraph(reader.Bytes, output);
                ProtobufReader.WriteLengthDelimited(cut, 7, graph.GetBuffer().AsSpan(0, (int)graph.Length));
            }
            else
            {
                cut.Write(reader.Raw);
            }
        }

        return cut.ToArray();
    }

    private static MemoryStream CutGraph(ReadOnlySpan<byte> graph, string output)
    {
        var nodes = new List<(HashSet<string> Inputs, List<string> Outputs)>();
        var constants = new HashSet<string>();
        var found = false;
        var reader = new ProtobufReader(graph);
        while (reader.Read())
        {
            if (reader.Field == 1)
                nodes.Add(ReadNode(reader.Bytes, 0));
            else if (reader.Field == 5)
                constants.Add(TextOf(reader.Bytes, 8));
            else if (reader.Field == 12)
                found |= TextOf(reader.Bytes, 1) == output;
        }

        if (!found)
            throw new InvalidDataException($"it has no output '{output}'");

        var needed = new HashSet<string> { output };
        var kept = new bool[nodes.Count];
        for (var i = nodes.Count - 1; i >= 0; i--)
        {
            kept[i] = nodes[i].Outputs.Exists(needed.Contains);
            if (kept[i])
                needed.UnionWith(nodes[i].Inputs);
        }

        var cut = new MemoryStream();
        var node = 0;
        reader = new ProtobufReader(graph);
        while (reader.Read())
        {
            var keep = reader.Field switch
            {
                1 => kept[node++],
                5 => needed.Contains(TextOf(reader.Bytes, 8)),
                // Older models list their initializers as inputs too; true inputs stay, used or not.
                11 => needed.Contains(TextOf(reader.Bytes, 1)) || !constants.Contains(TextOf(reader.Bytes, 1)),
                12 => TextOf(reader.Bytes, 1) == output,
                13 or 14 => needed.Contains(TextOf(reader.Bytes, 1)),
                15 => needed.Contains(SparseNameOf(reader.Bytes)),
                _ => true,
            };
            if (keep)
                cut.Write(reader.Raw);
        }

        return cut;
    }

    private static (HashSet<string> Inputs, List<string> Outputs) ReadNode(ReadOnlySpan<byte> node, int depth)
    {
        var inputs = new HashSet<string>();
        var outputs = new List<string>();
        var reader = new ProtobufReader(node);
        while (reader.Read())
        {
            if (reader.Field == 1)
                inputs.Add(reader.Text);
            else if (reader.Field == 2)
                outputs.Add(reader.Text);
            else if (reader.Field == 5)
                AddNestedNames(reader.Bytes, inputs, depth + 1);
        }

        // An optional input that is not given has no name.
        inputs.Remove("");
        return (inputs, outputs);
    }

    private static void AddNestedNames(ReadOnlySpan<byte> attribute, HashSet<string> names, int depth)
    {
        if (depth > OnnxGraph.MaxDepth)
            throw new InvalidDataException($"its graphs nest deeper than {OnnxGraph.MaxDepth}");
        var reader = new ProtobufReader(attribute);
        while (reader.Read())
        {
            if (reader.Field is not (6 or 11))
                continue;
            var graph = new ProtobufReader(reader.Bytes);
            while (graph.Read())
            {
                if (graph.Field == 1)
                    names.UnionWith(ReadNode(graph.Bytes, depth).Inputs);
                else if (graph.Field == 12)
                    names.Add(TextOf(graph.Bytes, 1));
            }
        }
    }

    private static string SparseNameOf(ReadOnlySpan<byte> tensor)
    {
        var reader = new ProtobufReader(tensor);
        while (reader.Read())
        {
            if (reader.Field == 1)
                return TextOf(reader.Bytes, 8);
        }

        return "";
    }

    private static string TextOf(ReadOnlySpan<byte> message, int field)
    {
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            if (reader.Field == field)
                return reader.Text;
        }

        return "";
    }
}
