namespace OssMigration.Sandbox.Oss.Wire;

/// <summary>An answer other than success, thrown by the operation and written by the side.</summary>
internal sealed class OssErrorException(int status, string code, string message) : Exception(message)
{
    private readonly List<(string Name, string Value)> _details = [];

    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The <c>Code</c> element.</summary>
    public string Code { get; } = code;

    /// <summary>The EC number (element <c>EC</c> and header <c>x-oss-ec</c>), or null where none is known.</summary>
    public string? ErrorCode { get; private set; }

    /// <summary>Further elements of the body in order.</summary>
    public IReadOnlyList<(string Name, string Value)> Details => _details;

    /// <summary>Headers of the answer besides the usual ones.</summary>
    public List<(string Name, string Value)> Headers { get; } = [];

    /// <summary>Sets the EC number.</summary>
    public OssErrorException WithEc(string errorCode)
    {
        ErrorCode = errorCode;
        return this;
    }

    /// <summary>Adds an element to the body.</summary>
    public OssErrorException With(string name, string? value)
    {
        _details.Add((name, value ?? string.Empty));
        return this;
    }

    /// <summary>Adds a header to the answer.</summary>
    public OssErrorException WithHeader(string name, string value)
    {
        Headers.Add((name, value));
        return this;
    }
}
