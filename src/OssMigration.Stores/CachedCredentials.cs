using System.Diagnostics.CodeAnalysis;
using OssMigration.Core.Stores;

namespace OssMigration.Stores;

/// <summary>Keys and when they end.</summary>
/// <param name="Credential">The keys.</param>
/// <param name="Expires">When they end; null for never.</param>
public sealed record LeasedCredential(StoreCredential Credential, DateTimeOffset? Expires);

/// <summary>
/// Keeps keys until shortly before they end, or until the store refuses them. Fetches at most once in five seconds, so
/// that many requests that are refused together cause one fetch.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore makes no wait handle, so there is nothing to give back.")]
public sealed class CachedCredentials(TimeProvider time, Func<CancellationToken, ValueTask<LeasedCredential>> fetch) : ICredentialProvider
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1);
    private volatile Held? _held;

    /// <inheritdoc/>
    public ValueTask<StoreCredential?> GetAsync(bool refresh, CancellationToken cancellationToken) =>
        !refresh && _held is { } held && IsFresh(held.Lease)
            ? new(held.Lease.Credential)
            : FetchAsync(refresh, cancellationToken);

    private bool IsFresh(LeasedCredential lease) => lease.Expires is not { } end || end - Margin > time.GetUtcNow();

    private async ValueTask<StoreCredential?> FetchAsync(bool refresh, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Somebody else may have fetched while this one waited.
            if (_held is { } held && ((!refresh && IsFresh(held.Lease)) || time.GetElapsedTime(held.At) < Settling))
                return held.Lease.Credential;
            LeasedCredential lease = await fetch(cancellationToken).ConfigureAwait(false);
            _held = new Held(lease, time.GetTimestamp());
            return lease.Credential;
        }
        finally
        {
            _gate.Release();
        }
    }

    private sealed record Held(LeasedCredential Lease, long At);
}
