using System.Management.Automation;
using System.Net;
using OssMigration.Cluster;

namespace OssMigration.Pipeline;

/// <summary>What the cmdlets share that speak to a message broker.</summary>
public abstract class QueueCommand : AsyncMigrationCommand
{
    private const string UserVariable = "OSSMIGRATION_QUEUE_USER";
    private const string PasswordVariable = "OSSMIGRATION_QUEUE_PASSWORD";

    /// <summary>The broker (RabbitMQ): <c>amqps://host[:port]/virtual-host</c>. No account stands in it.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Queue { get; set; } = "";

    /// <summary>The account at the broker. Default: the environment variables OSSMIGRATION_QUEUE_USER and OSSMIGRATION_QUEUE_PASSWORD.</summary>
    [Parameter]
    [Credential]
    public PSCredential? QueueCredential { get; set; }

    /// <summary>A file (PEM) with the certificate authority of the broker, where this machine does not trust it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? QueueCertificateAuthority { get; set; }

    /// <summary>Allows amqp:// to another machine: account and names of objects are readable on the way.</summary>
    [Parameter]
    public SwitchParameter AllowInsecureQueue { get; set; }

    /// <inheritdoc/>
    private protected override object ErrorTarget => Queue;

    /// <summary>The broker with the account.</summary>
    private protected QueueAddress ReadQueue()
    {
        QueueAddress address = QueueAddress.Parse(Queue, AllowInsecureQueue);
        if (QueueCertificateAuthority is not null)
            address = address with { CertificateAuthority = GetUnresolvedProviderPathFromPSPath(QueueCertificateAuthority) };
        if (QueueCredential is { } given)
            return address with { UserName = given.UserName, Password = new NetworkCredential("", given.Password).Password };
        string? user = Environment.GetEnvironmentVariable(UserVariable);
        return string.IsNullOrEmpty(user)
            ? address
            : address with { UserName = user, Password = Environment.GetEnvironmentVariable(PasswordVariable) ?? "" };
    }
}
