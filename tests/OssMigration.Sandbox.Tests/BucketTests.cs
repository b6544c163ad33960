using System.Net;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Tests;

/// <summary>Buckets of the S3 side and their configuration documents.</summary>
public sealed class BucketTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Fact]
    public async Task A_bucket_is_created_listed_filled_and_deleted_when_empty()
    {
        Answer created = await sandbox.S3.SendAsync("PUT", "new-bucket", null, []);
        await sandbox.S3.PutAsync("new-bucket/k", "x");
        Answer list = await sandbox.S3.GetAsync("");
        Answer full = await sandbox.S3.SendAsync("DELETE", "new-bucket");
        await sandbox.S3.SendAsync("DELETE", "new-bucket/k");
        Answer empty = await sandbox.S3.SendAsync("DELETE", "new-bucket");
        Answer head = await sandbox.S3.SendAsync("HEAD", "new-bucket");

        Assert.Equal((200, "/new-bucket"), ((int)created.Status, created.Header("Location")));
        Assert.Contains("new-bucket", list.Values("Name"));
        Assert.Equal((HttpStatusCode.Conflict, "BucketNotEmpty"), (full.Status, full.Code));
        Assert.Equal((204, 404), ((int)empty.Status, (int)head.Status));
    }

    [Fact]
    public async Task A_bucket_has_a_region_and_an_impossible_name_is_refused()
    {
        byte[] body = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>"u8.ToArray();
        await sandbox.S3.SendAsync("PUT", "there", null, body);
        using var eu = new S3Client(sandbox.S3.Endpoint, SandboxFixture.AccessKeyId, SandboxFixture.Secret, () => sandbox.Side.Clock.GetUtcNow()) { Region = "eu-west-1" };

        Answer there = await eu.SendAsync("GET", "there", [("location", "")]);
        Answer here = await sandbox.S3.SendAsync("GET", sandbox.NewBucket().Name, [("location", "")]);
        Answer again = await sandbox.S3.SendAsync("PUT", "there", null, body);
        Answer bad = await sandbox.S3.SendAsync("PUT", "Bad_Name", null, []);

        Assert.Equal(("eu-west-1", ""), (there.Xml.Value, here.Xml.Value));
        Assert.Equal(("BucketAlreadyOwnedByYou", "InvalidBucketName"), (again.Code, bad.Code));
    }

    [Fact]
    public async Task A_lifecycle_document_comes_back_as_it_was_sent()
    {
        string bucket = sandbox.NewBucket().Name;
        const string Document = "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>x</ID><Unknown>kept</Unknown><Filter><Prefix>a&amp;b/</Prefix></Filter><Status>Enabled</Status><Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration></Rule></LifecycleConfiguration>";

        Answer missing = await sandbox.S3.SendAsync("GET", bucket, [("lifecycle", "")]);
        Answer put = await PutLifecycleAsync(bucket, Document);
        Answer get = await sandbox.S3.SendAsync("GET", bucket, [("lifecycle", "")]);
        Answer delete = await sandbox.S3.SendAsync("DELETE", bucket, [("lifecycle", "")]);
        Answer gone = await sandbox.S3.SendAsync("GET", bucket, [("lifecycle", "")]);

        Assert.Equal((404, "NoSuchLifecycleConfiguration"), ((int)missing.Status, missing.Code));
        Assert.Equal((200, Document), ((int)put.Status, get.Text));
        Assert.Equal("all_storage_classes_128K", get.Header("x-amz-transition-default-minimum-object-size"));
        Assert.Equal((204, "NoSuchLifecycleConfiguration"), ((int)delete.Status, gone.Code));
    }

    [Theory]
    [InlineData("<Expiration><Date>2030-01-01T12:00:00Z</Date></Expiration>", "InvalidArgument")]
    [InlineData("<Expiration><Days>0</Days></Expiration>", "InvalidArgument")]
    [InlineData("<Expiration><Days>1</Days><Date>2030-01-01T00:00:00Z</Date></Expiration>", "MalformedXML")]
    [InlineData("<NoncurrentVersionExpiration><NoncurrentDays>0</NoncurrentDays></NoncurrentVersionExpiration>", "InvalidArgument")]
    [InlineData("", "InvalidRequest")]
    public async Task An_impossible_lifecycle_rule_is_refused(string action, string code)
    {
        Answer answer = await PutLifecycleAsync(
            sandbox.NewBucket().Name, $"<LifecycleConfiguration><Rule><Filter><Prefix/></Filter><Status>Enabled</Status>{action}</Rule></LifecycleConfiguration>");

        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_lifecycle_document_does_not_mix_prefixes_in_rules_and_in_filters()
    {
        const string Action = "<Status>Enabled</Status><Expiration><Days>1</Days></Expiration>";
        string bucket = sandbox.NewBucket().Name;

        Answer mixed = await PutLifecycleAsync(bucket, $"<LifecycleConfiguration><Rule><Prefix>a/</Prefix>{Action}</Rule><Rule><Filter><Prefix>b/</Prefix></Filter>{Action}</Rule></LifecycleConfiguration>");
        Answer old = await PutLifecycleAsync(bucket, $"<LifecycleConfiguration><Rule><Prefix>a/</Prefix>{Action}</Rule><Rule><Prefix>b/</Prefix>{Action}</Rule></LifecycleConfiguration>");

        Assert.Equal((HttpStatusCode.BadRequest, "InvalidRequest"), (mixed.Status, mixed.Code));
        Assert.Equal(HttpStatusCode.OK, old.Status);
    }

    [Fact]
    public async Task Everybody_may_write_to_a_public_read_write_bucket_and_to_no_other()
    {
        Bucket open = sandbox.NewBucket();
        open.Acl = "public-read-write";
        Bucket readable = sandbox.NewBucket();
        readable.Acl = "public-read";

        Answer written = await WriteAsync(open);
        Answer refused = await WriteAsync(readable);
        Answer versions = await sandbox.S3.SendRawAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(sandbox.S3.Endpoint, open.Name + "?versions")));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.OK), (written.Status, refused.Status, versions.Status));
        Assert.Equal((true, false), (open.Find("k") is not null, readable.Find("k") is not null));

        Task<Answer> WriteAsync(Bucket bucket) => sandbox.S3.SendRawAsync(
            new HttpRequestMessage(HttpMethod.Put, new Uri(sandbox.S3.Endpoint, bucket.Name + "/k")) { Content = new StringContent("x") });
    }

    [Fact]
    public async Task A_lifecycle_document_needs_a_checksum()
    {
        Answer answer = await sandbox.S3.SendAsync("PUT", sandbox.NewBucket().Name, [("lifecycle", "")], "<LifecycleConfiguration/>"u8.ToArray());

        Assert.Equal("InvalidRequest", answer.Code);
    }

    [Fact]
    public async Task A_policy_opens_a_bucket_to_everybody()
    {
        string bucket = sandbox.NewBucket().Name;
        await sandbox.S3.PutAsync(bucket + "/k", "open");
        byte[] policy = "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":[\"s3:GetObject\"],\"Resource\":\"*\"}]}"u8.ToArray();
        var anonymous = new Uri(sandbox.S3.Endpoint, bucket + "/k");

        Answer before = await sandbox.S3.SendRawAsync(new HttpRequestMessage(HttpMethod.Get, anonymous));
        await sandbox.S3.SendAsync("PUT", bucket, [("policy", "")], policy);
        Answer after = await sandbox.S3.SendRawAsync(new HttpRequestMessage(HttpMethod.Get, anonymous));
        Answer list = await sandbox.S3.SendRawAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(sandbox.S3.Endpoint, bucket)));

        Assert.Equal((403, "open", 403), ((int)before.Status, after.Text, (int)list.Status));
    }

    [Fact]
    public async Task A_bucket_is_also_addressed_by_the_host_name()
    {
        string bucket = sandbox.NewBucket().Name;
        await sandbox.S3.PutAsync(bucket + "/a/b", "virtual", ("x-amz-acl", "public-read"));
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(sandbox.S3.Endpoint, "a/b"));
        request.Headers.Host = bucket + ".localhost:" + sandbox.S3.Endpoint.Port;

        Assert.Equal("virtual", (await sandbox.S3.SendRawAsync(request)).Text);
    }

    private Task<Answer> PutLifecycleAsync(string bucket, string document)
    {
        byte[] body = Encoding.UTF8.GetBytes(document);
        return sandbox.S3.SendAsync("PUT", bucket, [("lifecycle", "")], body, ("Content-MD5", Convert.ToBase64String(MD5.HashData(body))));
    }
}
