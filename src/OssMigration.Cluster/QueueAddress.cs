using System.Net;

namespace OssMigration.Cluster;

/// <summary>Where the broker is and how to log in.</summary>
public sealed record QueueAddress
{
    private const int PlainPort = 5672;
    private const int TlsPort = 5671;

    /// <summary>The host.</summary>
    public required string Host { get; init; }

    /// <summary>The port.</summary>
    public required int Port { get; init; }

    /// <summary>The virtual host.</summary>
    public required string VirtualHost { get; init; }

    /// <summary>Whether the connection is encrypted.</summary>
    public required bool IsEncrypted { get; init; }

    /// <summary>The account.</summary>
    public string UserName { get; init; } = "guest";

    /// <summary>Its password. Never part of a text form.</summary>
    public string Password { get; init; } = "guest";

    /// <summary>A file with the certificate authority to trust (PEM) in place of the system's; null for the system's.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>Reads <c>amqps://host[:port][/virtual-host]</c>; <c>amqp://</c> for an unencrypted connection.</summary>
    /// <param name="text">The URI.</param>
    /// <param name="allowInsecure">Whether an unencrypted connection may leave this machine.</param>
    /// <exception cref="ArgumentException">It is not of that form, holds a password, or is unencrypted without leave.</exception>
    public static QueueAddress Parse(string text, bool allowInsecure)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("amqp" or "amqps") || uri.Host.Length == 0)
            throw new ArgumentException("The queue's address has the form amqps://host[:port]/virtual-host.");
        if (uri.UserInfo.Length > 0)
            throw new ArgumentException("The queue's address holds an account. Give it by -QueueCredential or by the environment variables OSSMIGRATION_QUEUE_USER and OSSMIGRATION_QUEUE_PASSWORD, so that no password stands on a command line.");
        bool isEncrypted = uri.Scheme == "amqps";
        if (!isEncrypted && !allowInsecure && !IsLoopback(uri.Host))
            throw new ArgumentException($"amqp:// to {uri.Host} is not encrypted: account and keys of objects would be readable on the way. Use amqps://, or -AllowInsecureQueue on a line of your own.");
        string path = uri.AbsolutePath.TrimStart('/');
        return new QueueAddress
        {
            Host = uri.Host,
            Port = uri.IsDefaultPort || uri.Port < 0 ? (isEncrypted ? TlsPort : PlainPort) : uri.Port,
            VirtualHost = path.Length == 0 ? "/" : Uri.UnescapeDataString(path),
            IsEncrypted = isEncrypted,
        };
    }

    /// <summary>The address without the account.</summary>
    public override string ToString() => $"{(IsEncrypted ? "amqps" : "amqp")}://{Host}:{Port}/{(VirtualHost == "/" ? "" : Uri.EscapeDataString(VirtualHost))}";

    private static bool IsLoopback(string host)
        => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
