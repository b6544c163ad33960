namespace OssMigration.Core.Throttling;

/// <summary>
/// What a request takes of a line besides its content, so that a limit holds for the line and not for the content alone:
/// the business counts on the rest.
/// </summary>
internal static class TrafficCost
{
    /// <summary>Bytes of the header of a request, or of its answer, with signature and metadata: measured at 0.6 to 1.1 KB.</summary>
    public const int Header = 1024;

    /// <summary>Bytes of one entry in the XML of a listing, besides its key.</summary>
    public const int ListedEntry = 320;

    // TCP and IP take 40 bytes of 1,500, acknowledgements of the other direction and TLS records the rest.
    private const int ContentPerFramingByte = 24;

    /// <summary>Bytes on the line for so many bytes of content.</summary>
    public static int OfContent(int bytes) => bytes + (bytes / ContentPerFramingByte);
}
