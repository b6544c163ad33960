using System.Globalization;
using System.Net;
using System.Text;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.S3;

/// <summary>Archived objects are brought back. Source: Amazon S3 API Reference, RestoreObject.</summary>
public sealed partial class S3Store
{
    /// <inheritdoc/>
    public async Task<RestoreAnswer> RestoreAsync(string key, int days, RestoreTier tier, CancellationToken cancellationToken)
    {
        RefuseUnwritable(key, 0);
        if (Provider.RestoreParameters is not { } parameters)
            throw new StoreException(StoreErrorKind.NotSupported, DisplayName, $"{Provider.Title} restores nothing: what is archived there is read at once.") { Key = key };
        string document = string.Create(
            CultureInfo.InvariantCulture,
            $"<RestoreRequest xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Days>{days}</Days><{parameters}><Tier>{tier}</Tier></{parameters}></RestoreRequest>");
        using MemoryStream body = new(Encoding.UTF8.GetBytes(document));
        S3Request restore = new(HttpMethod.Post, key, PercentEncoding.EncodeKey(key), S3Request.Canonical("restore")) { Body = body };
        restore.SetHeader("content-type", "application/xml");
        try
        {
            using HttpAnswer answer = await _client.SendAsync(restore, cancellationToken).ConfigureAwait(false);
            return answer.Status == HttpStatusCode.OK ? RestoreAnswer.Readable : RestoreAnswer.Begun;
        }
        catch (StoreException error) when (error.Code == "RestoreAlreadyInProgress")
        {
            return RestoreAnswer.UnderWay;
        }
    }
}
