namespace PgEmbed.Onnx.Hub;

/// <summary>What a pull is doing.</summary>
public enum PullStep
{
    /// <summary>Another process installs a model of the same name: waiting for its end.</summary>
    Waiting,

    /// <summary>Bytes of a file arrive.</summary>
    Fetching,

    /// <summary>A request failed and will be repeated.</summary>
    Retrying,

    /// <summary>A file is there and its checksum right.</summary>
    Checked,
}
