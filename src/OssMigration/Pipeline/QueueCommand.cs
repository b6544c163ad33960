using System.Management.Automation;
using OssMigration.Cluster;

namespace OssMigration.Pipeline;

/// <summary>A cmdlet that speaks to a message broker and runs no job itself.</summary>
public abstract class QueueCommand : AsyncMigrationCommand, IQueueParameters
{
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
    private protected QueueAddress ReadQueue() => this.ToAddress(this);
}
