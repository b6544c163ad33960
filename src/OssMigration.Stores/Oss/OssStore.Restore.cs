using System.Globalization;
using System.Net;
using System.Text;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

/// <summary>Archived objects are brought back. Source: "RestoreObject", 2021; tiers are for ColdArchive and deeper.</summary>
public sealed partial class OssStore
{
    /// <inheritdoc/>
    public async Task<RestoreAnswer> RestoreAsync(string key, int days, RestoreTier tier, CancellationToken cancellationToken)
    {
        string document = string.Create(CultureInfo.InvariantCulture, $"<RestoreRequest><Days>{days}</Days><JobParameters><Tier>{tier}</Tier></JobParameters></RestoreRequest>");
        using MemoryStream body = new(Encoding.UTF8.GetBytes(document));
        try
        {
            OssRequest restore = Request(HttpMethod.Post, key, body).With("restore").WithHeader("content-type", "application/xml");
            using HttpAnswer answer = await _client.SendAsync(restore, cancellationToken).ConfigureAwait(false);
            return answer.Status == HttpStatusCode.OK ? RestoreAnswer.Readable : RestoreAnswer.Begun;
        }
        catch (StoreException error) when (error.Code == "RestoreAlreadyInProgress")
        {
            return RestoreAnswer.UnderWay;
        }
    }
}
