using System.Globalization;
using System.Numerics.Tensors;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Modules;

/// <summary>The module Dense: activation(weight · x + bias).</summary>
internal sealed class DenseModule : IVectorModule
{
    private const string Vector = "sentence_embedding";

    // torch's own classes, whatever module of torch they are named by; others would be code of the model's own.
    private const string ActivationPrefix = "torch.nn.";

    private readonly float[] _weight;
    private readonly float[]? _bias;
    private readonly DenseActivation _activation;
    private readonly int _inputs;

    /// <summary>Creates a layer.</summary>
    /// <param name="weight"><c>float[outputs × inputs]</c>, row-major.</param>
    /// <param name="bias"><c>float[outputs]</c>, or null for none.</param>
    /// <param name="activation">What is done with each value.</param>
    /// <param name="inputs">The length of the vectors that it takes.</param>
    public DenseModule(float[] weight, float[]? bias, DenseActivation activation, int inputs)
    {
        _weight = weight;
        _bias = bias;
        _activation = activation;
        _inputs = inputs;
        Dimensions = weight.Length / inputs;
        Description = string.Create(
            CultureInfo.InvariantCulture,
            $"dense {inputs} {Dimensions} {activation} {ContentHash.OfNumbers(weight)} {ContentHash.OfNumbers(bias)}");
    }

    public int Dimensions { get; }

    public string Description { get; }

    /// <summary>Reads a module's folder: <c>config.json</c> and <c>model.safetensors</c>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="inputs">The length of the vectors that the module before it makes.</param>
    /// <exception cref="PgEmbedException">
    /// A file is missing or damaged, does not fit the module before it, or asks for something that is not supported.
    /// </exception>
    public static DenseModule Read(string folder, int inputs)
    {
        var path = ModelPath.In(folder, "config.json");
        if (!File.Exists(path))
            throw new PgEmbedException(
                $"There is no {path}, which describes the module Dense.", "Fetch the whole model folder again.");
        var config = JsonPart.ReadFile(path);
        var (features, outputs) = (config.Number("in_features"), config.Number("out_features"));
        if (features != inputs)
            throw config.Error(
                $"expected 'in_features' to be {inputs}, as the module before it makes, got {features}.",
                "The folder mixes files of two models: fetch one again, whole.");
        if (outputs is < 1 or > VectorSpace.MaxDimensions)
            throw config.Error($"expected 'out_features' to be 1 to {VectorSpace.MaxDimensions}, got {outputs}.");
        foreach (var name in (string[])["module_input_name", "module_output_name"])
        {
            if (config.OptionalText(name) is { } vector and not Vector)
                throw config.Error($"'{name}' is '{vector}', only '{Vector}' is supported.", "Take another model.");
        }

        if (config.OptionalFlag("use_residual") == true)
            throw config.Error("'use_residual' is not supported.", "Take another model.");
        var bias = config.OptionalFlag("bias") ?? true;
        var activation = ActivationOf(config);
        config.RefuseOthers();
        using var weights = SafetensorsFile.Open(WeightsIn(folder));
        return new DenseModule(
            weights.Read("linear.weight", outputs, inputs),
            bias ? weights.Read("linear.bias", outputs) : null,
            activation,
            inputs);
    }

    public void Apply(ReadOnlySpan<float> input, Span<float> output)
    {
        for (var i = 0; i < output.Length; i++)
            output[i] = TensorPrimitives.Dot(_weight.AsSpan(i * _inputs, _inputs), input);
        if (_bias is not null)
            TensorPrimitives.Add(output, _bias, output);
        switch (_activation)
        {
            case DenseActivation.Tanh:
                TensorPrimitives.Tanh(output, output);
                break;
            case DenseActivation.ReLU:
                TensorPrimitives.Max(output, 0f, output);
                break;
            case DenseActivation.GELU:
                foreach (ref var value in output)
                    value = (float)(value * 0.5 * (1 + ErrorFunction(value / Math.Sqrt(2))));
                break;
        }
    }

    /// <summary>The error function, erf, to double precision.</summary>
    /// <remarks>
    /// erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)). All terms have one sign, so none cancel out.
    /// </remarks>
    internal static double ErrorFunction(double x)
    {
        if (Math.Abs(x) > 6)
            return Math.Sign(x);
        double term = x, sum = x;
        for (var n = 1; Math.Abs(term) > Math.Abs(sum) * 1e-17; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    private static DenseActivation ActivationOf(JsonPart config)
    {
        var name = config.OptionalText("activation_function") ?? "torch.nn.modules.activation.Tanh";
        var isTorch = name.StartsWith(ActivationPrefix, StringComparison.Ordinal);
        var word = isTorch ? name[(name.LastIndexOf('.') + 1)..] : "";
        return Enum.GetNames<DenseActivation>().Contains(word)
            ? Enum.Parse<DenseActivation>(word)
            : throw config.Error(
                $"the activation '{name}' is not supported, only torch.nn's "
                + $"{string.Join(", ", Enum.GetNames<DenseActivation>())}.",
                "Take another model.");
    }

    private static string WeightsIn(string folder)
    {
        var path = ModelPath.In(folder, "model.safetensors");
        if (File.Exists(path))
            return path;
        throw new PgEmbedException(
            $"{folder} has no model.safetensors with the weights of the module Dense"
            + (File.Exists(Path.Combine(folder, "pytorch_model.bin"))
                ? ", only pytorch_model.bin: that is a program that loading would run, so it is never read."
                : "."),
            "Fetch the model's model.safetensors, or convert the weights where you trust them.");
    }
}
