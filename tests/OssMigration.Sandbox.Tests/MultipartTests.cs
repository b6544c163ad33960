using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Sandbox.Checksums;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Tests;

/// <summary>Multipart uploads of the S3 side.</summary>
public sealed class MultipartTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    private static readonly byte[] Large = [.. Enumerable.Range(0, 5 * 1024 * 1024).Select(i => (byte)(i * 7))];
    private static readonly byte[] Small = "the end"u8.ToArray();

    [Fact]
    public async Task Parts_become_one_object_with_the_ETag_of_their_MD5s_dated_at_its_initiation()
    {
        Bucket bucket = sandbox.NewBucket();
        string path = bucket.Name + "/a b/ü";
        string id = await CreateAsync(path, ("Content-Type", "x/y"), ("x-amz-meta-m", "1"));
        DateTimeOffset initiated = bucket.Uploads.Find("a b/ü", id)!.Initiated;
        string second = await PartAsync(path, id, 2, Small);
        string first = await PartAsync(path, id, 1, Large);

        Answer open = await sandbox.S3.SendAsync("GET", bucket.Name, [("uploads", "")]);
        Answer parts = await sandbox.S3.SendAsync("GET", path, [("uploadId", id)]);
        Answer complete = await CompleteAsync(path, id, (1, first), (2, second));
        Answer get = await sandbox.S3.GetAsync(path);
        Answer across = await sandbox.S3.GetAsync(path, ("Range", "bytes=5242878-5242882"));
        Answer twice = await CompleteAsync(path, id, (1, first), (2, second));

        string etag = Convert.ToHexStringLower(MD5.HashData([.. MD5.HashData(Large), .. MD5.HashData(Small)])) + "-2";
        Assert.Equal([id], open.Values("UploadId"));
        Assert.Equal(["1", "2"], parts.Values("PartNumber"));
        Assert.Equal($"\"{etag}\"", complete.Value("ETag"));
        Assert.Equal($"\"{etag}\"", get.Header("ETag"));
        Assert.Equal(("x/y", "1"), (get.Header("Content-Type"), get.Header("x-amz-meta-m")));
        Assert.Equal([.. Large, .. Small], get.Body);
        Assert.Equal([.. Large[^2..], .. Small[..3]], across.Body);
        Assert.Equal((HttpStatusCode.NotFound, "NoSuchUpload"), (twice.Status, twice.Code));
        Assert.Equal(initiated, bucket.Find("a b/ü")!.LastModified);
    }

    [Fact]
    public async Task Complete_refuses_small_parts_wrong_ETags_and_a_wrong_order_and_can_be_tried_again()
    {
        string path = sandbox.NewBucket().Name + "/k";
        string id = await CreateAsync(path);
        string small = await PartAsync(path, id, 1, Small);
        string large = await PartAsync(path, id, 2, Large);

        Answer tooSmall = await CompleteAsync(path, id, (1, small), (2, large));
        Answer disorder = await CompleteAsync(path, id, (2, large), (1, small));
        Answer wrong = await CompleteAsync(path, id, (1, large));
        Answer missing = await CompleteAsync(path, id, (3, large));
        Answer empty = await CompleteAsync(path, id);
        Answer good = await CompleteAsync(path, id, (2, large));

        Assert.Equal(("EntityTooSmall", "1"), (tooSmall.Code, tooSmall.Value("PartNumber")));
        Assert.Equal(("InvalidPartOrder", "InvalidPart", "InvalidPart", "MalformedXML"), (disorder.Code, wrong.Code, missing.Code, empty.Code));
        Assert.Equal(200, (int)good.Status);
    }

    [Fact]
    public async Task An_aborted_upload_is_gone_and_takes_no_parts()
    {
        Bucket bucket = sandbox.NewBucket();
        string path = bucket.Name + "/k";
        string id = await CreateAsync(path);

        Answer abort = await sandbox.S3.SendAsync("DELETE", path, [("uploadId", id)]);
        Answer part = await sandbox.S3.SendAsync("PUT", path, [("partNumber", "1"), ("uploadId", id)], Small);
        Answer number = await sandbox.S3.SendAsync("PUT", path, [("partNumber", "10001"), ("uploadId", id)], Small);

        Assert.Equal((204, "NoSuchUpload", "InvalidArgument"), ((int)abort.Status, part.Code, number.Code));
        Assert.Empty(bucket.Uploads.List());
        Assert.Null(bucket.Find("k"));
    }

    [Theory]
    [InlineData("CRC64NVME", "FULL_OBJECT")]
    [InlineData("CRC32", "FULL_OBJECT")]
    [InlineData("CRC32C", "COMPOSITE")]
    [InlineData("SHA256", "COMPOSITE")]
    public async Task The_checksum_of_the_parts_is_joined(string algorithm, string type)
    {
        string path = sandbox.NewBucket().Name + "/k";
        string id = await CreateAsync(path, ("x-amz-checksum-algorithm", algorithm), ("x-amz-checksum-type", type));
        string first = await PartAsync(path, id, 1, Large);
        string second = await PartAsync(path, id, 2, Small);

        Answer complete = await CompleteAsync(path, id, (1, first), (2, second));
        Answer head = await sandbox.S3.SendAsync("HEAD", path, null, null, ("x-amz-checksum-mode", "ENABLED"));

        string expected = type == "FULL_OBJECT" ? Of([.. Large, .. Small]) : Of([.. Convert.FromBase64String(Of(Large)), .. Convert.FromBase64String(Of(Small))]) + "-2";
        Assert.Equal(expected, complete.Value("Checksum" + algorithm));
        Assert.Equal((expected, type), (head.Header("x-amz-checksum-" + algorithm.ToLowerInvariant()), head.Header("x-amz-checksum-type")));

        string Of(byte[] bytes)
        {
            using Checksum checksum = Checksum.Begin(algorithm)!;
            checksum.Append(bytes);
            return checksum.Finish();
        }
    }

    [Fact]
    public async Task A_part_is_copied_from_a_range_of_another_object()
    {
        string bucket = sandbox.NewBucket().Name;
        await sandbox.S3.PutAsync(bucket + "/source", "0123456789");
        string id = await CreateAsync(bucket + "/k");

        Answer part = await sandbox.S3.SendAsync("PUT", bucket + "/k", [("partNumber", "1"), ("uploadId", id)], [], ("x-amz-copy-source", bucket + "/source"), ("x-amz-copy-source-range", "bytes=2-4"));
        await CompleteAsync(bucket + "/k", id, (1, part.Value("ETag")));

        Assert.Equal("234", (await sandbox.S3.GetAsync(bucket + "/k")).Text);
    }

    private async Task<string> CreateAsync(string path, params (string, string)[] headers) =>
        (await sandbox.S3.SendAsync("POST", path, [("uploads", "")], [], headers)).Value("UploadId");

    private async Task<string> PartAsync(string path, string id, int number, byte[] bytes) =>
        (await sandbox.S3.SendAsync("PUT", path, [("partNumber", number.ToString(CultureInfo.InvariantCulture)), ("uploadId", id)], bytes)).Header("ETag");

    private Task<Answer> CompleteAsync(string path, string id, params (int Number, string ETag)[] parts)
    {
        string list = string.Concat(parts.Select(part => $"<Part><PartNumber>{part.Number}</PartNumber><ETag>{WebUtility.HtmlEncode(part.ETag)}</ETag></Part>"));
        return sandbox.S3.SendAsync("POST", path, [("uploadId", id)], Encoding.UTF8.GetBytes($"<CompleteMultipartUpload>{list}</CompleteMultipartUpload>"));
    }
}
