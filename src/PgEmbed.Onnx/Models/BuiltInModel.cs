namespace PgEmbed.Onnx.Models;

/// <summary>The small English model that ships with PgEmbed and is used where no other is named.</summary>
public static class BuiltInModel
{
    /// <summary>Its name.</summary>
    public const string Name = "pgembed-mini-v1";

    /// <summary>Its folder, beside the application's files.</summary>
    /// <exception cref="PgEmbedException">It is not there.</exception>
    public static string Folder
    {
        get
        {
            var folder = Path.Combine(AppContext.BaseDirectory, "models", Name);
            return Directory.Exists(folder)
                ? folder
                : throw new PgEmbedException(
                    $"The built-in model is not beside the application: there is no folder {folder}.",
                    "Copy the folder 'models' of the build or publish output along, or name another model.");
        }
    }
}
