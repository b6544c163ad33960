using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace OssMigration.Sandbox.Link;

/// <summary>
/// A customer's line to the world: all connections of the linked listeners share its two directions and have its round trip.
/// Every byte of a connection counts, headers too.
/// </summary>
internal sealed class ShapedLink(LinkShape shape, TimeProvider time) : IDisposable
{
    /// <summary>What the link is like.</summary>
    public LinkShape Shape => shape;

    /// <summary>The time by which the link counts; no side's clock moves it.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Towards the clients.</summary>
    public LinkDirection Down { get; } = new(shape.DownBytesPerSecond, time);

    /// <summary>From the clients.</summary>
    public LinkDirection Up { get; } = new(shape.UpBytesPerSecond, time);

    /// <summary>Leads the connections of a listener through this link.</summary>
    /// <param name="listen">The listener.</param>
    /// <param name="class">Whose connections they are.</param>
    public void Lead(ListenOptions listen, LinkClass @class) => listen.Use(next => async connection =>
    {
        var linked = new LinkConnection(this, connection, @class, time);
        await linked.RunAsync(next);
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        Down.Dispose();
        Up.Dispose();
        (time as IDisposable)?.Dispose();
    }
}
