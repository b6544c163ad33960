namespace OssMigration.Core.Manifests;

/// <summary>A manifest segment is damaged, cut off or no segment at all. Nothing of the block in question was handed out.</summary>
public sealed class ManifestException : Exception
{
    /// <summary>Names file and block in the message.</summary>
    /// <param name="file">The segment's path.</param>
    /// <param name="block">The block, counted from 0; null where header or footer of the file is meant.</param>
    /// <param name="message">What is wrong, as a sentence.</param>
    /// <param name="inner">The cause, or null.</param>
    public ManifestException(string file, long? block, string message, Exception? inner = null)
        : base(block is null ? $"Manifest segment '{file}': {message}" : $"Manifest segment '{file}', block {block}: {message}", inner)
    {
        File = file;
        Block = block;
    }

    /// <summary>The segment's path.</summary>
    public string File { get; }

    /// <summary>The block, counted from 0; null where header or footer of the file is meant.</summary>
    public long? Block { get; }
}
