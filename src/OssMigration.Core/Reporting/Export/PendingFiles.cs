namespace OssMigration.Core.Reporting.Export;

/// <summary>Files that appear under their names only when all of them are whole.</summary>
internal sealed class PendingFiles : IDisposable
{
    private const string Ending = ".part";

    private readonly IReadOnlyList<string> _paths;
    private readonly bool _replaces;
    private readonly List<FileStream> _streams = [];

    /// <summary>Opens files beside those that are wanted.</summary>
    /// <exception cref="RefusedException">ReportFileExists.</exception>
    public PendingFiles(IReadOnlyList<string> paths, bool replaces)
    {
        _paths = [.. paths.Select(Path.GetFullPath)];
        _replaces = replaces;
        if (!replaces && _paths.FirstOrDefault(File.Exists) is { } standing)
            throw Exists(standing);
        try
        {
            foreach (string path in _paths)
                _streams.Add(new FileStream(path + Ending, FileMode.Create, FileAccess.Write, FileShare.Read));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What is written to.</summary>
    public IReadOnlyList<Stream> Streams => _streams;

    /// <summary>Gives the files their names, and returns these.</summary>
    public IReadOnlyList<string> Commit()
    {
        foreach (FileStream stream in _streams)
            stream.Dispose();
        foreach (string path in _paths)
        {
            if (!_replaces && File.Exists(path))
                throw Exists(path);
            File.Move(path + Ending, path, _replaces);
        }

        return _paths;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (FileStream stream in _streams)
        {
            stream.Dispose();
            File.Delete(stream.Name);
        }
    }

    private static RefusedException Exists(string path)
        => new("ReportFileExists", $"There is a file '{VisibleText.Of(path)}' already.", "Give another -Path, or -Force to replace it.");
}
