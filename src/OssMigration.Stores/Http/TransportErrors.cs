using System.Net.Sockets;
using System.Security.Authentication;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Http;

/// <summary>What an exception of the network stack means for a store.</summary>
internal static class TransportErrors
{
    /// <summary>
    /// The error to throw instead, or null to throw the original: the caller's own cancellation, and what is no
    /// matter of the network. Messages hold no address and no query.
    /// </summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="store">The store's display name.</param>
    /// <param name="key">The full key, or null.</param>
    /// <param name="expired">True after the other side was silent for too long.</param>
    /// <param name="caller">The caller's own cancellation.</param>
    public static Exception? Translate(Exception error, string store, string? key, bool expired, CancellationToken caller)
    {
        // What the caller's own stream threw while it was sent arrives wrapped.
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is StoreException own)
                return ReferenceEquals(own, error) ? null : own;
        }

        // A connection that broke because the caller cancelled is a cancellation, whatever it looks like.
        if (caller.IsCancellationRequested)
            return error is OperationCanceledException ? null : new OperationCanceledException(error.Message, error, caller);
        string? message = expired ? "The server was silent for too long." : Describe(error);
        return message is null ? null : new StoreException(StoreErrorKind.Network, store, message, error) { Key = key };
    }

    private static string? Describe(Exception error) => error switch
    {
        OperationCanceledException => "No connection in time.",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "The name of the endpoint cannot be resolved.",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "The endpoint cannot be reached.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: AuthenticationException inner } =>
            $"TLS failed: {inner.Message}",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "TLS failed.",
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } => "The proxy refused.",
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => "The answer is not HTTP.",
        HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => "The answer ended early.",
        HttpRequestException or IOException or SocketException => "The connection broke.",
        _ => null,
    };
}
