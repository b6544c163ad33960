using System.Globalization;
using System.Xml;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;
using OssMigration.Stores.S3.Providers;

namespace OssMigration.Stores.S3;

/// <summary>Pages of the listing, in the form that the provider has, or that is found out.</summary>
public sealed partial class S3Store
{
    private volatile S3ListingForm _form;

    private bool FindsOut => Provider.Listing == ListingVersion.FoundOut;

    /// <inheritdoc/>
    public async Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        S3ListingForm form = request.ContinuationToken is { } token ? _form.ContinuedBy(token) : _form;
        ListingPage page;
        try
        {
            page = await AskAsync(request, form, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException error) when (FindsOut && request.ContinuationToken is null && IsRefusal(error))
        {
            (page, form) = await TryOthersAsync(request, form, error, cancellationToken).ConfigureAwait(false);
            _form = form;
        }

        if (FindsOut && request.ContinuationToken is null && form.IsV2)
            (page, form) = await CheckAsync(request, page, form, cancellationToken).ConfigureAwait(false);
        return ToListPage(page, form, request);
    }

    private static bool IsRefusal(StoreException error)
        => (error.Kind is StoreErrorKind.InvalidRequest or StoreErrorKind.NotSupported) && error.HttpStatus is 400 or 405 or 501;

    private static bool StartsTooEarly(ListingPage page, string? startAfter)
        => startAfter is { Length: > 0 } && page.Entries.Count > 0 && KeyOrder.CompareKeys(page.Entries[0].Key, startAfter) <= 0;

    // The first refusal is the one that tells; a server that refuses every form means something else by it.
    private async Task<(ListingPage Page, S3ListingForm Form)> TryOthersAsync(ListPageRequest request, S3ListingForm refused, StoreException error, CancellationToken cancellationToken)
    {
        foreach (S3ListingForm other in refused.Others())
        {
            try
            {
                return (await AskAsync(request, other, cancellationToken).ConfigureAwait(false), other);
            }
            catch (StoreException again) when (IsRefusal(again))
            {
                // The next form, then.
            }
        }

        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        throw error;
    }

    // An old server takes list-type for nothing and answers by the first ListObjects, which has a Marker; start-after is nothing to it then.
    private async Task<(ListingPage Page, S3ListingForm Form)> CheckAsync(ListPageRequest request, ListingPage page, S3ListingForm form, CancellationToken cancellationToken)
    {
        bool isTooEarly = form.StartsAnywhere && StartsTooEarly(page, request.StartAfter);
        if (!page.HasMarker && !isTooEarly)
            return (page, form);
        S3ListingForm first = form with { IsV2 = false };
        if (page.HasMarker && string.IsNullOrEmpty(request.StartAfter))
        {
            _form = first;
            return (page, first);
        }

        try
        {
            ListingPage again = await AskAsync(request, first, cancellationToken).ConfigureAwait(false);
            if (page.HasMarker || !StartsTooEarly(again, request.StartAfter))
            {
                _form = first;
                return (again, first);
            }
        }
        catch (StoreException error) when (IsRefusal(error) && !page.HasMarker)
        {
            // There is no other way to start.
        }

        _form = form with { StartsAnywhere = false };
        return (page, form);
    }

    private async Task<ListingPage> AskAsync(ListPageRequest request, S3ListingForm form, CancellationToken cancellationToken)
    {
        using HttpAnswer answer = await _client.SendAsync(ListRequest(request, form), cancellationToken).ConfigureAwait(false);
        using PooledBody body = await answer.ReadBodyAsync(MaxListBytes).ConfigureAwait(false);
        try
        {
            return ListingXml.Read(body, _toEntry);
        }
        catch (Exception error) when (error is XmlException or FormatException or OverflowException)
        {
            throw AnswerXml.NotUnderstood(DisplayName, null, error);
        }
    }

    private S3Request ListRequest(ListPageRequest request, S3ListingForm form)
    {
        string? startAfter = request.StartAfter is { Length: > 0 } start ? start : null;
        string? token = request.ContinuationToken;
        S3Request list = BucketRequest(
            ("list-type", form.IsV2 ? "2" : null),
            ("encoding-type", form.AsksEncoded ? "url" : null),
            ("max-keys", request.MaxKeys.ToString(CultureInfo.InvariantCulture)),
            ("prefix", request.Prefix.Length > 0 ? request.Prefix : null),
            ("continuation-token", form.IsV2 ? token : null),
            ("start-after", form.IsV2 && token is null ? startAfter : null),
            ("marker", form.IsV2 ? null : token is null ? startAfter : S3ListingForm.MarkerIn(token)));
        if (Provider.TellsRestoreStatus)
            list.SetHeader("x-amz-optional-object-attributes", "RestoreStatus");
        return list;
    }

    private ListPage ToListPage(ListingPage page, S3ListingForm form, ListPageRequest request)
    {
        string? next = form.IsV2 ? page.NextContinuationToken : page.NextMarker ?? (page.Entries.Count > 0 ? page.Entries[^1].Key : null);
        string? token = string.IsNullOrEmpty(next) ? null : form.IsV2 ? next : S3ListingForm.ToToken(next);
        // A page that does not say how it goes on must not pass for the last one.
        if (page.IsTruncated is null || (page.IsTruncated.Value && token is null))
            throw AnswerXml.NotUnderstood(DisplayName, null, null);
        return new ListPage(page.Entries, page.IsTruncated.Value ? token : null, page.DeclaredCount);
    }

    private ObjectEntry ToEntry(in ListedObject listed) => new(
        listed.Key,
        listed.Size,
        S3Heads.Version(listed.ETag, listed.Size, listed.LastModified),
        listed.ETag,
        listed.LastModified,
        listed.StorageClass,
        Provider.IsArchive(listed.StorageClass) && listed.Restore != "restored" ? ObjectAvailability.NeedsRestore : ObjectAvailability.Readable);
}
