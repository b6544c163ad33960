using System.Net;
using Xunit;

namespace OssMigration.Sandbox.Tests;

public sealed class OssVersioningTests : IAsyncLifetime
{
    private readonly OssSandbox _sandbox = new();

    public ValueTask InitializeAsync() => _sandbox.InitializeAsync();

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task Versioning_is_absent_then_enabled_then_suspended()
    {
        OssAnswer never = await _sandbox.SubResourceAsync("GET", null, "versioning");
        await SetAsync("Enabled");
        OssAnswer enabled = await _sandbox.SubResourceAsync("GET", null, "versioning");
        OssAnswer info = await _sandbox.SubResourceAsync("GET", null, "bucketInfo");
        await SetAsync("Suspended");
        OssAnswer suspended = await _sandbox.SubResourceAsync("GET", null, "versioning");

        Assert.Empty(never.All("Status"));
        Assert.Equal("Enabled", enabled.Element("Status"));
        Assert.Equal("Enabled", info.Element("Versioning"));
        Assert.Equal("Suspended", suspended.Element("Status"));
    }

    [Fact]
    public async Task Every_write_makes_a_version_and_a_delete_makes_a_marker()
    {
        await _sandbox.PutAsync("v", "null version");
        await SetAsync("Enabled");
        string one = (await _sandbox.PutAsync("v", "one")).Header("x-oss-version-id")!;
        string two = (await _sandbox.PutAsync("v", "two")).Header("x-oss-version-id")!;
        OssAnswer delete = await _sandbox.SendAsync(new OssCall("DELETE", OssSandbox.Bucket, "v"));
        string marker = delete.Header("x-oss-version-id")!;

        OssAnswer current = await _sandbox.GetAsync("v");
        OssAnswer byMarker = await _sandbox.SubResourceAsync("GET", "v", $"versionId={marker}");
        OssAnswer list = await _sandbox.SubResourceAsync("GET", null, "versions");

        Assert.Equal("true", delete.Header("x-oss-delete-marker"));
        Assert.Equal("NoSuchKey", current.Code);
        Assert.Equal("true", current.Header("x-oss-delete-marker"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, byMarker.Status);
        Assert.Equal("one", (await _sandbox.SubResourceAsync("GET", "v", $"versionId={one}")).Text);
        Assert.Equal("null version", (await _sandbox.SubResourceAsync("GET", "v", "versionId=null")).Text);
        Assert.Equal("NoSuchVersion", (await _sandbox.SubResourceAsync("GET", "v", "versionId=made-up")).Code);
        Assert.Equal([marker, two, one, "null"], list.All("VersionId"));
        Assert.Equal(["true", "false", "false", "false"], list.All("IsLatest"));
        Assert.Single(list.All("DeleteMarker"));
        Assert.Empty((await _sandbox.SubResourceAsync("GET", null, "list-type=2")).All("Key"));

        await _sandbox.SubResourceAsync("DELETE", "v", $"versionId={marker}");
        Assert.Equal("two", (await _sandbox.GetAsync("v")).Text);
    }

    [Fact]
    public async Task Versions_are_listed_in_pages()
    {
        await SetAsync("Enabled");
        List<string> written = [];
        foreach (string key in (string[])["a", "a", "b", "b"])
            written.Add(key + (await _sandbox.PutAsync(key, "x")).Header("x-oss-version-id"));

        List<string> listed = [];
        string markers = "";
        OssAnswer page;
        do
        {
            page = await _sandbox.SubResourceAsync("GET", null, "versions&max-keys=1" + markers);
            listed.AddRange(page.Xml.Elements("Version").Select(v => v.Element("Key")!.Value + v.Element("VersionId")!.Value));
            if (page.Element("IsTruncated") == "true")
                markers = $"&key-marker={page.Element("NextKeyMarker")}&version-id-marker={page.Element("NextVersionIdMarker")}";
        }
        while (page.Element("IsTruncated") == "true");

        Assert.Equal([written[1], written[0], written[3], written[2]], listed);
    }

    [Theory]
    [InlineData("Enabled")]
    [InlineData("Suspended")]
    public async Task Forbid_overwrite_is_void_where_versioning_was_ever_switched_on(string status)
    {
        await _sandbox.PutAsync("guarded", "old");
        await SetAsync(status);

        OssAnswer put = await _sandbox.PutAsync("guarded", "new", ("x-oss-forbid-overwrite", "true"));

        Assert.Equal(HttpStatusCode.OK, put.Status);
        Assert.Equal("new", (await _sandbox.GetAsync("guarded")).Text);
    }

    [Fact]
    public async Task A_multi_delete_tells_the_markers_it_made()
    {
        await SetAsync("Enabled");
        string version = (await _sandbox.PutAsync("m", "x")).Header("x-oss-version-id")!;
        string body = $"<Delete><Object><Key>m</Key></Object><Object><Key>m</Key><VersionId>{version}</VersionId></Object></Delete>";
        OssAnswer answer = await _sandbox.SendAsync(new OssCall("POST", OssSandbox.Bucket)
        {
            Query = [("delete", null)],
            Body = System.Text.Encoding.UTF8.GetBytes(body),
            Headers = { ["Content-MD5"] = TestDigests.Md5(body) },
        });

        Assert.Equal(["true"], answer.All("DeleteMarker"));
        Assert.NotEmpty(answer.Element("DeleteMarkerVersionId"));
        Assert.Equal([version], answer.All("VersionId"));
    }

    [Fact]
    public async Task Mirror_rules_and_versioning_exclude_each_other()
    {
        string website = OssWebsiteTests.Mirror("http://127.0.0.1:9/");
        await SetAsync("Enabled");
        OssAnswer rule = await _sandbox.SubResourceAsync("PUT", null, "website", website);
        OssAnswer other = await _sandbox.SubResourceAsync("PUT", null, "website", website, "second-bucket");
        OssAnswer versioning = await _sandbox.SubResourceAsync(
            "PUT", null, "versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", "second-bucket");

        Assert.Equal("OperationNotSupported", rule.Code);
        Assert.Equal(HttpStatusCode.OK, other.Status);
        Assert.Equal("OperationNotSupported", versioning.Code);
    }

    private async Task SetAsync(string status) => Assert.Equal(
        HttpStatusCode.OK,
        (await _sandbox.SubResourceAsync("PUT", null, "versioning", $"<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>")).Status);
}
