using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("PgEmbed.Onnx.Tests")]
