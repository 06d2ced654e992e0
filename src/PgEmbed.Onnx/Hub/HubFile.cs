namespace PgEmbed.Onnx.Hub;

/// <summary>A file as the hub's list has it.</summary>
/// <param name="Path">Its path in the model.</param>
/// <param name="Bytes">Its size; null where the list doesn't say.</param>
/// <param name="Checksum">Of its content; null where the list doesn't say.</param>
internal sealed record HubFile(string Path, long? Bytes, FileChecksum? Checksum);
