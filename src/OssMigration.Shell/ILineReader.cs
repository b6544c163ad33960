namespace OssMigration.Shell;

/// <summary>Reads commands.</summary>
internal interface ILineReader
{
    /// <summary>One line; null at the end of the input.</summary>
    string? Read(string prompt);
}

/// <summary>Reads lines of an input that nobody types.</summary>
internal sealed class PlainLineReader(Screen screen) : ILineReader
{
    /// <inheritdoc/>
    public string? Read(string prompt) => screen.ReadLine();
}
