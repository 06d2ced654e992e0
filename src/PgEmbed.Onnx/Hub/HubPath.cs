using System.Globalization;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Hub;

/// <summary>Paths as a hub or a model's file names them: relative, with <c>/</c>, never out of the folder.</summary>
internal static class HubPath
{
    private const int MaxLength = 500;

    /// <summary>Whether a path stays in its folder on every system, and says no more than it seems to.</summary>
    public static bool IsSafe(string path) =>
        path.Length is > 0 and <= MaxLength
        && !path.Any(c => c is '\\' or ':' || IsUnseen(c))
        && path.Split('/').All(part => part is not ("" or "." or "..") && part[^1] is not ('.' or ' '));

    /// <summary>The full path in a folder.</summary>
    /// <exception cref="PgEmbedException">The path may lead out of it.</exception>
    public static string In(string folder, string path) =>
        ModelPath.In(folder, path, IsSafe(path) ? "The model" : throw Unsafe(path));

    /// <summary>The refusal of a path that may lead out of the folder.</summary>
    public static PgEmbedException Unsafe(string path) => new(
        $"Expected paths of files inside the model, got '{Printable(path)}'.",
        "Such a model is not taken: it is damaged or made to do harm.");

    /// <summary>The folder part of a path; empty where it has none.</summary>
    public static string FolderOf(string path) =>
        path.LastIndexOf('/') is >= 0 and var end ? path[..end] : "";

    /// <summary>A path under a folder's; the folder's may be empty.</summary>
    public static string Join(string folder, string path) => folder.Length == 0 ? path : $"{folder}/{path}";

    private static string Printable(string path) =>
        string.Concat(path.Take(100).Select(c => IsUnseen(c) ? '?' : c));

    private static bool IsUnseen(char c) => char.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.Format;
}
