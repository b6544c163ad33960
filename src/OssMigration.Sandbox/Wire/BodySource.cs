namespace OssMigration.Sandbox.Wire;

/// <summary>The bytes of an upload without the framing in which they came.</summary>
internal abstract class BodySource
{
    /// <summary>Reads the next bytes; 0 at the end.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);
}

/// <summary>A body that is the object's bytes.</summary>
internal sealed class PlainBody(HttpRequest request) : BodySource
{
    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        request.Body.ReadAsync(buffer, cancellationToken);
}
