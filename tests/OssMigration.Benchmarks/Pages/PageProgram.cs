using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using OssMigration.Core.Stores;
using OssMigration.Stores.Oss;
using OssMigration.Stores.S3;

namespace OssMigration.Benchmarks.Pages;

/// <summary>What a key of a list page costs to read, without the network: the hidden verb <c>pages</c>.</summary>
internal static class PageProgram
{
    private const int Keys = 1000;
    private const int Pages = 500;

    /// <summary>Reads pages of both stores and prints time and allocation a key, the best of several rounds.</summary>
    public static async Task<int> RunAsync()
    {
        StoreOpenOptions options = new() { Time = TimeProvider.System, Credential = new FixedCredentialProvider(new StoreCredential("id", "secret")) };
        StoreAddress address = new() { Scheme = "s3", Bucket = "bucket", Endpoint = new Uri("https://store.example.com"), Region = "cn-hangzhou" };
        using Canned s3Pages = new(MakePage(isOss: false));
        using Canned ossPages = new(MakePage(isOss: true));
        await using IObjectStore s3 = S3Store.Open(address, options, s3Pages);
        await using IObjectStore oss = OssStore.Open(address with { Scheme = "oss" }, options, OssCredentialSources.ForThisProcess(options.Time), ossPages);
        await MeasureAsync("S3", s3);
        await MeasureAsync("OSS", oss);
        return 0;
    }

    private static async Task MeasureAsync(string name, IObjectStore store)
    {
        double best = double.MaxValue, bytes = 0;
        for (int round = 0; round < 8; round++)
        {
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            long begun = Stopwatch.GetTimestamp();
            for (int page = 0; page < Pages; page++)
            {
                if ((await store.ListPageAsync(new ListPageRequest("", null, null, Keys), CancellationToken.None)).Entries.Count != Keys)
                    throw new InvalidOperationException("A page is not whole.");
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalNanoseconds / Pages / Keys);
            bytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)Pages / Keys;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {best:F0} ns a key, {bytes:F0} bytes a key"));
    }

    private static byte[] MakePage(bool isOss)
    {
        StringBuilder page = new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name><EncodingType>url</EncodingType>");
        Random random = new(1);
        for (int i = 0; i < Keys; i++)
        {
            string etag = Convert.ToHexString(Guid.NewGuid().ToByteArray());
            string quote = isOss ? "\"" : "&quot;";
            page.Append(CultureInfo.InvariantCulture, $"<Contents><Key>photos/2026/{i:D6}{random.NextInt64():x16}.jpg</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>")
                .Append(CultureInfo.InvariantCulture, $"<ETag>{quote}{(isOss ? etag : etag.ToLowerInvariant())}{quote}</ETag>{(isOss ? "<Type>Normal</Type>" : "")}")
                .Append(CultureInfo.InvariantCulture, $"<Size>{random.Next()}</Size><StorageClass>{(isOss ? "Standard" : "STANDARD")}</StorageClass></Contents>");
        }

        return Encoding.UTF8.GetBytes(page.Append(CultureInfo.InvariantCulture, $"<IsTruncated>false</IsTruncated><KeyCount>{Keys}</KeyCount></ListBucketResult>").ToString());
    }

    private sealed class Canned(byte[] page) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(page), RequestMessage = request });
    }
}
