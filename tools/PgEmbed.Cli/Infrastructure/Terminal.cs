using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace PgEmbed.Cli.Infrastructure;

/// <summary>Where a command reads and writes: data to the output, messages and progress to the error stream.</summary>
internal sealed class Terminal
{
    private static readonly JsonSerializerOptions Indented = Json(indented: true);
    private static readonly JsonSerializerOptions Line = Json(indented: false);

    public Terminal(TextReader input, TextWriter output, TextWriter error)
    {
        Input = input;
        Output = output;
        Error = error;
        OutputConsole = ConsoleOn(output);
        ErrorConsole = ConsoleOn(error);
    }

    public TextReader Input { get; }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    /// <summary>Tables of data.</summary>
    public IAnsiConsole OutputConsole { get; }

    /// <summary>How many characters a line of data has room for.</summary>
    public int Width => OutputConsole.Profile.Width;

    /// <summary>Progress.</summary>
    public IAnsiConsole ErrorConsole { get; }

    /// <summary>A message for the person, not data.</summary>
    public void Say(string message) => Error.WriteLine(message);

    /// <summary>Data as one indented JSON value.</summary>
    public void WriteJson(object value) => Output.WriteLine(JsonSerializer.Serialize(value, Indented));

    /// <summary>Data as one line of JSON.</summary>
    public void WriteJsonLine(object value) => Output.WriteLine(JsonSerializer.Serialize(value, Line));

    /// <summary>Named facts, one a line; those that are not known are left out.</summary>
    public void WriteFacts(params ReadOnlySpan<(string Name, string? Value)> facts)
    {
        var width = 0;
        foreach (var (name, _) in facts)
            width = Math.Max(width, name.Length);
        foreach (var (name, value) in facts)
        {
            if (value is not null)
                Output.WriteLine($"{name.PadRight(width)}  {value}");
        }
    }

    private static JsonSerializerOptions Json(bool indented) => new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = indented,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private static IAnsiConsole ConsoleOn(TextWriter writer)
    {
        var redirected = !(writer == Console.Out && !Console.IsOutputRedirected)
            && !(writer == Console.Error && !Console.IsErrorRedirected);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        // Into a file or a pipe a table is not cut to a width that nobody has.
        if (redirected)
            console.Profile.Width = 140;
        return console;
    }
}
