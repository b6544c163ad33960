using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.RemoteState;

/// <summary>
/// The objects that hold one job's state. Everything that must not be lost is created once and never overwritten: that is the only
/// condition for writes that every store has (OSS: x-oss-forbid-overwrite). Thread-safe.
/// </summary>
internal sealed class StateStore : IAsyncDisposable
{
    private readonly OpenedBucket _bucket;
    private readonly PrefixStore _objects;
    private readonly StoreAddress _address;

    /// <summary>Opens it. Nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">The address cannot be opened.</exception>
    public StateStore(EngineEnvironment environment, StateLocation location, string jobName, IRunListener listener)
    {
        _address = location.Address;
        _bucket = OpenedBucket.ForWriting(environment, location.Address, location.Credential, listener);
        bool isFolder = location.Address.Prefix is "" || location.Address.Prefix.EndsWith('/');
        _objects = new PrefixStore(_bucket.Objects, $"{(isFolder ? "" : "/")}{jobName}/");
    }

    /// <summary>For people: where it is.</summary>
    public string Place => _address.Uri;

    /// <summary>Refuses a place where a write that must not overwrite would.</summary>
    /// <exception cref="RefusedException">StateBucketVersioned.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        // x-oss-forbid-overwrite is void there (oss-facts 2.1); S3's condition holds with versioning too.
        if (_address.Scheme != "oss" || _bucket.Find<IBucketInspector>() is not { } inspector)
            return;
        BucketFacts facts = await _bucket.CallAsync(inspector.InspectBucketAsync, cancellationToken).ConfigureAwait(false);
        if (facts.Versioning == BucketVersioning.Off)
            return;
        string why = facts.Versioning == BucketVersioning.Unknown ? "does not tell whether it has versioning" : $"has versioning {facts.Versioning}";
        throw new RefusedException(
            "StateBucketVersioned",
            $"The bucket of {Place} {why}, and with versioning OSS would not keep two machines from running the job at once.",
            "Use a bucket without versioning, with the right oss:GetBucketInfo.");
    }

    /// <summary>Creates an object.</summary>
    /// <returns>False where there is one of that key, also where it is ours and the answer to the first attempt was lost.</returns>
    public async Task<bool> TryCreateAsync(string key, byte[] content, CancellationToken cancellationToken)
    {
        try
        {
            await PutAsync(key, content, isNew: true, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreException exception) when (exception.Kind == StoreErrorKind.AlreadyExists)
        {
            return false;
        }
    }

    /// <summary>Writes an object, in place of one that is there.</summary>
    public Task PutAsync(string key, byte[] content, CancellationToken cancellationToken) => PutAsync(key, content, isNew: false, cancellationToken);

    /// <summary>The content of an object; null where there is none.</summary>
    public async Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await _objects.ReadAsync(new ReadRequest(key, Range: null, IfVersion: null), ReadAllAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (exception.Kind == StoreErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>When an object was last written, by the store's clock; null where there is none.</summary>
    public async Task<DateTimeOffset?> WrittenAtAsync(string key, CancellationToken cancellationToken)
        => (await _objects.HeadAsync(key, cancellationToken).ConfigureAwait(false))?.Entry.LastModified;

    /// <summary>The store's clock: an object is written and its date read.</summary>
    public async Task<DateTimeOffset> AskTimeAsync(CancellationToken cancellationToken)
    {
        string key = $"clock/{Guid.NewGuid():n}";
        await PutAsync(key, [], isNew: true, cancellationToken).ConfigureAwait(false);
        try
        {
            return await WrittenAtAsync(key, cancellationToken).ConfigureAwait(false)
                ?? throw new StoreException(StoreErrorKind.ServerError, _objects.DisplayName, "An object that was just written is not there.") { Key = key };
        }
        finally
        {
            await DeleteAsync(key, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Objects whose keys begin so, after a key, in order.</summary>
    public async IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? token = null;
        do
        {
            ListPage page = await _objects.ListPageAsync(new ListPageRequest(prefix, token is null ? after : null, token, _objects.Limits.MaxPageSize), cancellationToken).ConfigureAwait(false);
            foreach (ObjectEntry entry in page.Entries)
                yield return entry;
            token = page.ContinuationToken;
        }
        while (token is not null);
    }

    /// <summary>Deletes an object. None there is no error.</summary>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) => _objects.DeleteAsync(key, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _bucket.DisposeAsync();

    /// <summary>A number in the form in which the order of keys is that of numbers.</summary>
    public static string Number(long number) => number.ToString("D12", CultureInfo.InvariantCulture);

    private async Task PutAsync(string key, byte[] content, bool isNew, CancellationToken cancellationToken)
    {
        MemoryStream body = new(content, writable: false);
        await using (body.ConfigureAwait(false))
        {
#pragma warning disable CA5351 // By it the store finds out what was spoiled on the way.
            string md5 = Convert.ToHexString(MD5.HashData(content));
#pragma warning restore CA5351
            PutRequest put = new(key, body, new ObjectMetadata { ContentType = "application/octet-stream" }, isNew) { Md5 = md5, IsMd5Certain = true };
            await _objects.PutAsync(put, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<byte[]> ReadAllAsync(ObjectContent content, CancellationToken cancellationToken)
    {
        MemoryStream copy = new();
        await using (copy.ConfigureAwait(false))
        {
            await content.Body.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
            return copy.ToArray();
        }
    }
}
