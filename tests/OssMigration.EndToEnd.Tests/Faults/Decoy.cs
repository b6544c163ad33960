using System.Net;
using System.Net.Sockets;

namespace OssMigration.EndToEnd.Tests.Faults;

/// <summary>The other host that redirects lead to. Nobody may come.</summary>
internal static class Decoy
{
    private static readonly TcpListener Listener = Start();

    /// <summary>Where it listens.</summary>
    public static Uri Address => new($"http://127.0.0.1:{((IPEndPoint)Listener.LocalEndpoint).Port}/");

    /// <summary>Whether somebody came.</summary>
    public static bool WasVisited => Listener.Pending();

    private static TcpListener Start()
    {
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }
}
