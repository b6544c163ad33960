using System.Security.Authentication;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace OssMigration.Cluster;

/// <summary>Tells errors that a person must mend from those that pass.</summary>
internal static class QueueErrors
{
    // Reply codes: https://www.rabbitmq.com/amqp-0-9-1-reference#constants
    private const int AccessRefused = 403;
    private const int NotFound = 404;
    private const int ResourceLocked = 405;
    private const int PreconditionFailed = 406;
    private const int NotAllowed = 530;
    private const int NotImplemented = 540;
    private const int InternalError = 541;

    /// <summary>The error that ends the attempts; null where a later attempt may succeed.</summary>
    public static QueueException? Fatal(Exception exception, QueueAddress address)
    {
        foreach (Exception cause in Causes(exception))
        {
            switch (cause)
            {
                case QueueException own:
                    return own;
                case AuthenticationFailureException or PossibleAuthenticationFailureException:
                    return new QueueException(QueueProblem.LoginRefused, $"The broker {address} refuses account '{address.UserName}': account or password are wrong.", exception);
                case AuthenticationException untrusted:
                    return new QueueException(QueueProblem.NotTrusted, $"The certificate of the broker {address} is not trusted, or it does not speak TLS on this port: {untrusted.Message}", exception);
                case OperationInterruptedException { ShutdownReason: { } reason }:
                    if (Fatal(reason, address) is { } fatal)
                        return fatal;
                    break;
            }
        }

        return null;
    }

    /// <summary>As above, from the reason for which the broker closed something.</summary>
    public static QueueException? Fatal(ShutdownEventArgs reason, QueueAddress address) => reason.ReplyCode switch
    {
        NotAllowed => new QueueException(
            QueueProblem.NoVirtualHost, $"The broker {address} has no virtual host '{address.VirtualHost}', or account '{address.UserName}' may not use it: {reason.ReplyText}"),
        AccessRefused => new QueueException(
            QueueProblem.PermissionMissing, $"Account '{address.UserName}' of the broker {address} may not do what is needed (configure, write and read on ^ossmigration\\..*): {reason.ReplyText}"),
        NotImplemented or PreconditionFailed or InternalError when reason.ReplyText.Contains("quorum", StringComparison.OrdinalIgnoreCase) => new QueueException(
            QueueProblem.NoQuorumQueues, $"The broker {address} has no quorum queues; RabbitMQ 3.8 or newer with the feature flag quorum_queue is needed: {reason.ReplyText}"),
        _ => null,
    };

    /// <summary>No connection could be made; who was never connected does not try again, because an address with a slip in it would be tried for ever.</summary>
    public static QueueException Unreachable(Exception exception, QueueAddress address)
        => new(QueueProblem.Unreachable, $"The broker {address} cannot be reached: {Describe(exception)}", exception);

    /// <summary>Whether somebody else holds an exclusive queue.</summary>
    public static bool IsLocked(Exception exception) => HasCode(exception, ResourceLocked);

    /// <summary>Whether a queue is not there.</summary>
    public static bool IsNotFound(Exception exception) => HasCode(exception, NotFound);

    /// <summary>The innermost sentence, for people.</summary>
    public static string Describe(Exception exception) => Causes(exception).Last().Message;

    private static bool HasCode(Exception exception, int code)
        => Causes(exception).OfType<OperationInterruptedException>().Any(cause => cause.ShutdownReason?.ReplyCode == code);

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        yield return exception;
        IEnumerable<Exception> inner = exception is AggregateException many ? many.InnerExceptions : exception.InnerException is { } one ? [one] : [];
        foreach (Exception cause in inner.SelectMany(Causes))
            yield return cause;
    }
}
