using System.Net.Http.Json;
using System.Text.Json;
using System.Xml.Linq;

namespace OssMigration.ModuleTests.Support;

/// <summary>A bucket of the sandbox's S3 side that anybody may write to: the business at the source, without keys. Moves the side's clock too.</summary>
internal sealed class OpenBucket : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Uri _bucket;
    private readonly Uri _admin;

    /// <summary>Makes the bucket.</summary>
    /// <param name="session">The sandbox.</param>
    /// <param name="name">Its name.</param>
    /// <param name="versioning">Enabled, Suspended or null.</param>
    public OpenBucket(SandboxSession session, string name, string? versioning = null)
    {
        Name = name;
        _admin = (Uri)session.Run("$sandbox.Admin").Single().BaseObject;
        _bucket = new Uri((Uri)session.Run("$sandbox.S3Endpoint").Single().BaseObject, name);
        Post("/buckets", new { side = "s3", name, versioning, acl = "public-read-write" });
    }

    /// <summary>The bucket's name.</summary>
    public string Name { get; }

    /// <summary>The keys of the bucket, in order.</summary>
    public IReadOnlyList<string> Keys => [.. Names("?list-type=2", "Contents")];

    /// <summary>The keys of old and new versions, in order.</summary>
    public IReadOnlyList<string> Versions => [.. Names("?versions", "Version")];

    /// <summary>The keys of delete markers, in order.</summary>
    public IReadOnlyList<string> Markers => [.. Names("?versions", "DeleteMarker")];

    /// <summary>Writes objects, each with its key as content.</summary>
    public void Put(params string[] keys)
    {
        foreach (string key in keys)
            Write(key, key);
    }

    /// <summary>Writes an object; any key will do.</summary>
    public void Write(string key, string text)
    {
        using StringContent content = new(text);
        using HttpResponseMessage answer = _http.PutAsync(UrlOf(key), content).GetAwaiter().GetResult();
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Deletes an object.</summary>
    public void Delete(string key)
    {
        using HttpResponseMessage answer = _http.DeleteAsync(UrlOf(key)).GetAwaiter().GetResult();
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Puts an object into the archive.</summary>
    public void Archive(string key) => Post("/objects", new { side = "s3", bucket = Name, key, storageClass = "GLACIER" });

    /// <summary>Sets the side's clock and executes what the lifecycle rules of all its buckets ask for then.</summary>
    public void RunLifecycleAt(DateTimeOffset time)
    {
        Post("/clock", new { side = "s3", utcNow = time });
        Post("/lifecycle/run", new { side = "s3" });
    }

    public void Dispose() => _http.Dispose();

    private IEnumerable<string> Names(string query, string element)
        => XElement.Parse(_http.GetStringAsync(new Uri(_bucket + query)).GetAwaiter().GetResult()).Elements()
            .Where(entry => entry.Name.LocalName == element)
            .Select(entry => entry.Elements().First(part => part.Name.LocalName == "Key").Value);

    private Uri UrlOf(string key) => new($"{_bucket}/{Uri.EscapeDataString(key)}");

    private void Post(string path, object body)
    {
        using JsonContent content = JsonContent.Create(body, options: new JsonSerializerOptions { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull });
        using HttpResponseMessage answer = _http.PostAsync(new Uri(_admin, path), content).GetAwaiter().GetResult();
        answer.EnsureSuccessStatusCode();
    }
}
