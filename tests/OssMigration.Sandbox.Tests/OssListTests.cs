using System.Net;
using System.Xml.Linq;
using Xunit;

namespace OssMigration.Sandbox.Tests;

public sealed class OssListTests : IAsyncLifetime
{
    private readonly OssSandbox _sandbox = new();

    public ValueTask InitializeAsync() => _sandbox.InitializeAsync();

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task A_page_has_100_keys_by_default_in_the_order_of_utf8_bytes()
    {
        string[] keys = [.. Enumerable.Range(0, 120).Select(i => $"k{i:D3}"), "\U0001F600", "\uFFFD", "Z", "a"];
        foreach (string key in keys)
            await _sandbox.PutAsync(key, "x");

        OssAnswer first = await ListAsync("list-type=2");
        OssAnswer second = await ListAsync($"list-type=2&continuation-token={first.Element("NextContinuationToken")}");

        Assert.Equal(100, first.All("Key").Length);
        Assert.Equal("100", first.Element("MaxKeys"));
        Assert.Equal("100", first.Element("KeyCount"));
        Assert.Equal("true", first.Element("IsTruncated"));
        Assert.Equal("false", second.Element("IsTruncated"));
        Assert.Equal(["Z", "a", .. keys[..120], "\uFFFD", "\U0001F600"], [.. first.All("Key"), .. second.All("Key")]);
    }

    [Fact]
    public async Task An_entry_tells_size_etag_type_class_and_date()
    {
        await _sandbox.PutAsync("entry", "hello world", ("x-oss-storage-class", "IA"));

        XElement plain = (await ListAsync("list-type=2")).Xml.Element("Contents")!;
        XElement owned = (await ListAsync("list-type=2&fetch-owner=true")).Xml.Element("Contents")!;

        Assert.Equal("11", plain.Element("Size")!.Value);
        Assert.Equal("\"5EB63BBBE01EEED093CB22BB8F5ACDC3\"", plain.Element("ETag")!.Value);
        Assert.Equal("Normal", plain.Element("Type")!.Value);
        Assert.Equal("IA", plain.Element("StorageClass")!.Value);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$", plain.Element("LastModified")!.Value);
        Assert.Null(plain.Element("Owner"));
        Assert.NotNull(owned.Element("Owner"));
    }

    [Fact]
    public async Task Prefix_delimiter_and_start_after_narrow_a_listing_and_common_prefixes_count()
    {
        foreach (string key in (string[])["a/1", "a/2", "b", "b/1", "c/1/x", "c/2", "d"])
            await _sandbox.PutAsync(key, "x");

        OssAnswer top = await ListAsync("list-type=2&delimiter=/");
        OssAnswer paged = await ListAsync("list-type=2&delimiter=/&max-keys=2");
        OssAnswer rest = await ListAsync($"list-type=2&delimiter=/&max-keys=2&continuation-token={paged.Element("NextContinuationToken")}");
        OssAnswer inside = await ListAsync("list-type=2&prefix=c/&delimiter=/");
        OssAnswer after = await ListAsync("list-type=2&start-after=b");

        Assert.Equal(["b", "d"], top.All("Key"));
        Assert.Equal(["a/", "b/", "c/"], Prefixes(top));
        Assert.Equal("5", top.Element("KeyCount"));
        Assert.Equal(["a/"], Prefixes(paged));
        Assert.Equal(["b"], paged.All("Key"));
        Assert.Equal(["b/", "c/"], Prefixes(rest));
        Assert.Equal(["c/2"], inside.All("Key"));
        Assert.Equal(["c/1/"], Prefixes(inside));
        Assert.Equal(["b/1", "c/1/x", "c/2", "d"], after.All("Key"));
        Assert.Equal("b", after.Element("StartAfter"));
    }

    [Fact]
    public async Task Url_encoding_writes_every_name_in_percent_form_and_never_a_plus()
    {
        await _sandbox.PutAsync("p q/a+b\u0010", "x");
        await _sandbox.PutAsync("p q/c/d", "x");

        OssAnswer encoded = await ListAsync("list-type=2&encoding-type=url&prefix=p q/&delimiter=/&start-after=p q/!&max-keys=1");

        Assert.Equal("url", encoded.Element("EncodingType"));
        Assert.Equal("p%20q%2F", encoded.Element("Prefix"));
        Assert.Equal("%2F", encoded.Element("Delimiter"));
        Assert.Equal("p%20q%2F%21", encoded.Element("StartAfter"));
        Assert.Equal(["p%20q%2Fa%2Bb%10"], encoded.All("Key"));
        string token = Uri.UnescapeDataString(encoded.Element("NextContinuationToken"));
        OssAnswer rest = await _sandbox.SendAsync(new OssCall("GET", OssSandbox.Bucket)
        {
            Query = [("list-type", "2"), ("encoding-type", "url"), ("prefix", "p q/"), ("delimiter", "/"), ("continuation-token", token)],
        });
        Assert.Equal(["p%20q%2Fc%2F"], Prefixes(rest));
    }

    [Fact]
    public async Task A_key_that_xml_cannot_hold_breaks_the_parser_of_a_client_that_does_not_ask_for_encoding()
    {
        await _sandbox.PutAsync("a\u0010b", "x");

        OssAnswer answer = await ListAsync("list-type=2");

        Assert.ThrowsAny<System.Xml.XmlException>(() => answer.Xml);
    }

    [Fact]
    public async Task Version_one_goes_on_by_marker_and_tells_the_owner()
    {
        foreach (string key in (string[])["a", "b/1", "b/2", "c"])
            await _sandbox.PutAsync(key, "x");

        OssAnswer first = await ListAsync("max-keys=2&delimiter=/");
        OssAnswer second = await ListAsync($"max-keys=2&delimiter=/&marker={first.Element("NextMarker")}");

        Assert.Equal(["a"], first.All("Key"));
        Assert.Equal(["b/"], Prefixes(first));
        Assert.Equal("b/", first.Element("NextMarker"));
        Assert.NotEmpty(first.Element("Owner"));
        Assert.Equal(["c"], second.All("Key"));
        Assert.Empty(second.Xml.Elements("NextMarker"));
    }

    [Fact]
    public async Task Deleted_keys_are_listed_encoded_or_not_at_all_when_quiet()
    {
        foreach (string key in (string[])["x y", "z"])
            await _sandbox.PutAsync(key, "x");

        OssAnswer verbose = await DeleteAsync("<Delete><Quiet>false</Quiet><Object><Key>x y</Key></Object><Object><Key>never there</Key></Object></Delete>", "delete&encoding-type=url");
        OssAnswer quiet = await DeleteAsync("<Delete><Quiet>true</Quiet><Object><Key>z</Key></Object></Delete>", "delete");

        Assert.Equal(["x%20y", "never%20there"], verbose.All("Key"));
        Assert.Equal(HttpStatusCode.OK, quiet.Status);
        Assert.Empty(quiet.Body);
        Assert.Equal("0", (await ListAsync("list-type=2")).Element("KeyCount"));
    }

    [Fact]
    public async Task The_check_value_of_the_documentation_holds()
    {
        const string Body = "<Delete><Quiet>false</Quiet><Object><Key>a</Key></Object></Delete>";

        Assert.Equal("Og5cOamN2r6WnH2gYty87A==", TestDigests.Md5(Body));
        Assert.Equal(["a"], (await DeleteAsync(Body, "delete")).All("Key"));
    }

    [Fact]
    public async Task Deleting_answers_204_whether_or_not_the_key_was_there()
    {
        await _sandbox.PutAsync("gone", "x");

        Assert.Equal(HttpStatusCode.NoContent, (await _sandbox.SendAsync(new OssCall("DELETE", OssSandbox.Bucket, "gone"))).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await _sandbox.SendAsync(new OssCall("DELETE", OssSandbox.Bucket, "gone"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _sandbox.HeadAsync("gone")).Status);
    }

    private static IEnumerable<string> Prefixes(OssAnswer answer) => answer.Xml.Elements("CommonPrefixes").Select(p => p.Element("Prefix")!.Value);

    private Task<OssAnswer> ListAsync(string query) => _sandbox.SubResourceAsync("GET", null, query);

    private Task<OssAnswer> DeleteAsync(string body, string query) => _sandbox.SendAsync(new OssCall("POST", OssSandbox.Bucket)
    {
        Query = [.. query.Split('&').Select(p => p.Split('=', 2)).Select(p => (p[0], p.Length > 1 ? p[1] : null))],
        Body = System.Text.Encoding.UTF8.GetBytes(body),
        Headers = { ["Content-MD5"] = TestDigests.Md5(body) },
    });
}
