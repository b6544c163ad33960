using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace OssMigration.Benchmarks.Pump;

/// <summary>
/// The limit that others are held against: the barest GET-to-PUT loop over HttpClient. No listing, no journal, no proof,
/// no retry: the first error ends it.
/// </summary>
internal sealed class PumpLoop : IDisposable
{
    private readonly PumpOptions _options;
    private readonly HttpClient _http;
    private readonly PumpSigner _source;
    private readonly PumpSigner _destination;

    /// <summary>Makes a loop.</summary>
    public PumpLoop(PumpOptions options)
    {
        _options = options;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = options.Concurrency + 8, AllowAutoRedirect = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _source = new PumpSigner(options.Source, isOss: false);
        _destination = new PumpSigner(options.Destination, options.IsOss);
    }

    /// <summary>Lists everything, one page after the other; the time it took, its CPU and what there is.</summary>
    public async Task<(TimeSpan Work, TimeSpan Cpu, int Objects, long Bytes)> ListOnlyAsync()
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long begun = Stopwatch.GetTimestamp();
        List<(string Key, long Size)> keys = await ListAsync();
        return (Stopwatch.GetElapsedTime(begun), Environment.CpuUsage.TotalTime - cpu, keys.Count, keys.Sum(key => key.Size));
    }

    /// <summary>Moves everything; the time it took and its CPU. What there is is listed before, and not counted.</summary>
    public async Task<(TimeSpan Work, TimeSpan Cpu)> RunAsync()
    {
        List<(string Key, long Size)> keys = await ListAsync();
        long largest = keys.Max(key => key.Size);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long begun = Stopwatch.GetTimestamp();
        int next = -1;
        Task[] workers = [.. Enumerable.Range(0, Math.Min(_options.Concurrency, keys.Count)).Select(_ => Task.Run(WorkAsync))];
        await Task.WhenAll(workers);
        return (Stopwatch.GetElapsedTime(begun), Environment.CpuUsage.TotalTime - cpu);

        async Task WorkAsync()
        {
            byte[] buffer = new byte[Math.Min(_options.PartSize, largest)];
            while (Interlocked.Increment(ref next) is var index && index < keys.Count)
            {
                if (keys[index].Size <= _options.PartSize)
                    await MoveAsync(keys[index].Key, (int)keys[index].Size, buffer);
                else
                    await MoveInPartsAsync(keys[index].Key, keys[index].Size);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<List<(string Key, long Size)>> ListAsync()
    {
        List<(string Key, long Size)> keys = [];
        while (true)
        {
            string query = keys.Count == 0 ? "list-type=2&max-keys=1000" : $"list-type=2&max-keys=1000&start-after={Uri.EscapeDataString(keys[^1].Key)}";
            using HttpRequestMessage request = new(HttpMethod.Get, $"{_options.Source.Endpoint.GetLeftPart(UriPartial.Authority)}/{_options.Source.Bucket}?{query}");
            _source.Sign(request, null, query, bodyHash: null);
            using HttpResponseMessage answer = await SendAsync(request);
            XElement page = XElement.Parse(await answer.Content.ReadAsStringAsync());
            XNamespace ns = page.Name.Namespace;
            keys.AddRange(page.Elements(ns + "Contents").Select(entry => (entry.Element(ns + "Key")!.Value, (long)entry.Element(ns + "Size")!)));
            if (!(bool)page.Element(ns + "IsTruncated")!)
                return keys;
        }
    }

    private async Task MoveAsync(string key, int size, byte[] buffer)
    {
        await GetAsync(key, null, buffer.AsMemory(0, size));
        using HttpResponseMessage _ = await WriteAsync(HttpMethod.Put, key, "", buffer.AsMemory(0, size));
    }

    private async Task MoveInPartsAsync(string key, long size)
    {
        string id;
        using (HttpResponseMessage initiated = await WriteAsync(HttpMethod.Post, key, _options.IsOss ? "uploads" : "uploads=", default))
            id = XDocument.Parse(await initiated.Content.ReadAsStringAsync()).Descendants().First(element => element.Name.LocalName == "UploadId").Value;
        int count = (int)((size + _options.PartSize - 1) / _options.PartSize);
        string[] etags = new string[count];
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = _options.Concurrency }, async (index, _) =>
        {
            long offset = index * _options.PartSize;
            byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent((int)Math.Min(_options.PartSize, size - offset));
            Memory<byte> part = buffer.AsMemory(0, (int)Math.Min(_options.PartSize, size - offset));
            await GetAsync(key, new RangeHeaderValue(offset, offset + part.Length - 1), part);
            using HttpResponseMessage written = await WriteAsync(HttpMethod.Put, key, $"partNumber={index + 1}&uploadId={id}", part);
            etags[index] = written.Headers.ETag!.Tag;
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        });
        string parts = string.Concat(etags.Select((etag, index) => $"<Part><PartNumber>{index + 1}</PartNumber><ETag>{etag}</ETag></Part>"));
        byte[] body = Encoding.UTF8.GetBytes($"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        using HttpResponseMessage done = await WriteAsync(HttpMethod.Post, key, $"uploadId={id}", body);
    }

    private async Task GetAsync(string key, RangeHeaderValue? range, Memory<byte> into)
    {
        using HttpRequestMessage request = Request(_options.Source, HttpMethod.Get, key, "");
        request.Headers.Range = range;
        _source.Sign(request, key, "", bodyHash: null);
        using HttpResponseMessage answer = await SendAsync(request);
        await using Stream body = await answer.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(into);
    }

    private async Task<HttpResponseMessage> WriteAsync(HttpMethod method, string key, string query, ReadOnlyMemory<byte> body)
    {
        using HttpRequestMessage request = Request(_options.Destination, method, key, query);
        request.Content = new ReadOnlyMemoryContent(body);
        _destination.Sign(request, key, query, _options.IsOss ? null : Convert.ToHexStringLower(SHA256.HashData(body.Span)));
        return await SendAsync(request);
    }

    private static HttpRequestMessage Request(PumpEnd end, HttpMethod method, string key, string query)
        => new(method, $"{end.Endpoint.GetLeftPart(UriPartial.Authority)}/{end.Bucket}/{key}{(query.Length > 0 ? "?" : "")}{query}");

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
            return answer;
        string text = await answer.Content.ReadAsStringAsync();
        throw new InvalidOperationException($"{request.Method} {request.RequestUri?.AbsolutePath}: {(int)answer.StatusCode} {text}");
    }
}
