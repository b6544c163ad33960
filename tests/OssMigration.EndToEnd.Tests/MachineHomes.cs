namespace OssMigration.EndToEnd.Tests;

/// <summary>Disks of machines: empty folders that are removed afterwards.</summary>
internal sealed class MachineHomes : IDisposable
{
    private readonly List<string> _folders = [];

    /// <summary>The newest.</summary>
    public string Last => _folders[^1];

    public string New()
    {
        _folders.Add(Directory.CreateTempSubdirectory("ossmigration-machine-").FullName);
        return _folders[^1];
    }

    public void Dispose()
    {
        foreach (string folder in _folders.Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
    }
}
