using System.Management.Automation;
using System.Net;
using OssMigration.Cluster;

namespace OssMigration.Pipeline;

/// <summary>The parameters of every cmdlet that speaks to a message broker.</summary>
internal interface IQueueParameters
{
    /// <summary>The broker.</summary>
    string Queue { get; }

    /// <summary>The account there; null for that of the environment.</summary>
    PSCredential? QueueCredential { get; }

    /// <summary>A file with its certificate authority, as the user gave it; null for those of the machine.</summary>
    string? QueueCertificateAuthority { get; }

    /// <summary>Whether the way to it need not be encrypted.</summary>
    SwitchParameter AllowInsecureQueue { get; }
}

/// <summary>Reads them.</summary>
internal static class QueueParameters
{
    private const string UserVariable = "OSSMIGRATION_QUEUE_USER";
    private const string PasswordVariable = "OSSMIGRATION_QUEUE_PASSWORD";

    /// <summary>The broker with the account.</summary>
    /// <param name="given">What was given.</param>
    /// <param name="cmdlet">Knows the location that a path is relative to.</param>
    public static QueueAddress ToAddress(this IQueueParameters given, PSCmdlet cmdlet)
    {
        QueueAddress address = QueueAddress.Parse(given.Queue, given.AllowInsecureQueue);
        if (given.QueueCertificateAuthority is { } file)
            address = address with { CertificateAuthority = cmdlet.GetUnresolvedProviderPathFromPSPath(file) };
        if (given.QueueCredential is { } account)
            return address with { UserName = account.UserName, Password = new NetworkCredential("", account.Password).Password };
        string? user = Environment.GetEnvironmentVariable(UserVariable);
        return string.IsNullOrEmpty(user)
            ? address
            : address with { UserName = user, Password = Environment.GetEnvironmentVariable(PasswordVariable) ?? "" };
    }
}
