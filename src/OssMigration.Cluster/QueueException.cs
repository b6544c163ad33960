namespace OssMigration.Cluster;

/// <summary>What is the matter with the broker.</summary>
public enum QueueProblem
{
    /// <summary>No connection can be made.</summary>
    Unreachable,

    /// <summary>Account or password are wrong.</summary>
    LoginRefused,

    /// <summary>There is no such virtual host, or the account may not use it.</summary>
    NoVirtualHost,

    /// <summary>The broker's certificate is not trusted, or it does not speak TLS.</summary>
    NotTrusted,

    /// <summary>The broker has no quorum queues.</summary>
    NoQuorumQueues,

    /// <summary>The account may not declare, write or read the queues.</summary>
    PermissionMissing,
}

/// <summary>The broker cannot be used, and trying again would not help.</summary>
public sealed class QueueException : Exception
{
    /// <summary>Makes the error.</summary>
    public QueueException(QueueProblem problem, string message, Exception? inner = null)
        : base(message, inner)
    {
        Problem = problem;
    }

    /// <summary>What is the matter.</summary>
    public QueueProblem Problem { get; }
}
