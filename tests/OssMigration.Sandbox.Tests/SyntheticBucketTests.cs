using System.Security.Cryptography;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Tests;

/// <summary>Buckets computed from a formula.</summary>
public sealed class SyntheticBucketTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Theory]
    [InlineData("flat,count=20000,size=10")]
    [InlineData("dates,count=20000,size=10")]
    [InlineData("tree,count=40000,size=10")]
    [InlineData("mixed,count=20000,size=10,seed=7")]
    [InlineData("mixed,count=3,size=10")]
    public void Keys_rise_in_UTF8_order_and_are_found_again(string formula)
    {
        SyntheticFormula synthetic = SyntheticFormula.Parse(formula);
        string? before = null;
        for (long i = 0; i < synthetic.Count; i++)
        {
            string key = synthetic.KeyAt(i);
            Assert.True(before is null || KeyOrder.Compare(before, key) < 0, $"{before} is not before {key}");
            before = key;
            if (i % 997 == 0)
                Assert.Equal(i, synthetic.IndexOf(key));
        }
        Assert.Equal(-1, synthetic.IndexOf("no such key"));
    }

    [Fact]
    public async Task A_hundred_million_keys_are_listed_from_anywhere()
    {
        string bucket = NewBucket("flat,count=100000000,size=100");
        SyntheticFormula formula = SyntheticFormula.Parse("flat,count=100000000,size=100");

        Answer page = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("start-after", formula.KeyAt(77_777_777)), ("max-keys", "3")]);
        Answer last = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("start-after", formula.KeyAt(99_999_997))]);
        Answer rolled = await sandbox.S3.SendAsync("GET", NewBucket("dates,count=100000000,size=100"), [("list-type", "2"), ("delimiter", "/")]);

        Assert.Equal(new[] { 77_777_778L, 77_777_779, 77_777_780 }.Select(formula.KeyAt), page.Keys);
        Assert.Equal(("false", 2), (last.Value("IsTruncated"), last.Keys.Length));
        Assert.Equal(["2019/", "2020/", "2021/", "2022/", "2023/", "2024/"], rolled.All("CommonPrefixes").Select(prefix => prefix.Value));
    }

    [Fact]
    public async Task An_objects_bytes_are_the_same_in_every_range_and_have_its_ETag()
    {
        SyntheticFormula formula = SyntheticFormula.Parse("tree,count=1000,size=100001");
        string path = $"{NewBucket("tree,count=1000,size=100001")}/{formula.KeyAt(500)}";

        Answer whole = await sandbox.S3.GetAsync(path);
        Answer part = await sandbox.S3.GetAsync(path, ("Range", "bytes=777-99999"));

        Assert.Equal(100001, whole.Body.Length);
        Assert.Equal(whole.Body[777..100000], part.Body);
        Assert.Equal($"\"{Convert.ToHexStringLower(MD5.HashData(whole.Body))}\"", whole.Header("ETag"));
    }

    [Fact]
    public async Task Objects_are_written_replaced_and_deleted_over_the_formula()
    {
        SyntheticFormula formula = SyntheticFormula.Parse("flat,count=5,size=10");
        string bucket = NewBucket("flat,count=5,size=10");
        string[] keys = [.. Enumerable.Range(0, 5).Select(i => formula.KeyAt(i))];

        await sandbox.S3.SendAsync("DELETE", $"{bucket}/{keys[1]}");
        await sandbox.S3.PutAsync($"{bucket}/{keys[2]}", "replaced");
        await sandbox.S3.PutAsync($"{bucket}/{keys[2]}x", "added");
        Answer list = await sandbox.S3.SendAsync("GET", bucket, [("list-type", "2")]);

        Assert.Equal([keys[0], keys[2], keys[2] + "x", keys[3], keys[4]], list.Keys);
        Assert.Equal("replaced", (await sandbox.S3.GetAsync($"{bucket}/{keys[2]}")).Text);
        Assert.Equal(404, (int)(await sandbox.S3.GetAsync($"{bucket}/{keys[1]}")).Status);
    }

    [Fact]
    public void Huge_objects_carry_a_multipart_ETag_and_can_be_read_at_their_end()
    {
        var store = new SyntheticObjectStore(SyntheticFormula.Parse("flat,count=10,size=5497558138880"), ETagStyle.Md5);
        ObjectCursor cursor = store.OpenCursor();
        Assert.True(cursor.MoveNext());
        byte[] tail = new byte[100];

        int read = cursor.Current.Content.OpenReader().Read(5497558138880 - 60, tail);

        Assert.Matches("^[0-9a-f]{32}-[0-9]+$", cursor.Current.ETag);
        Assert.Equal(60, read);
    }

    private string NewBucket(string formula) =>
        sandbox.NewBucket(new SyntheticObjectStore(SyntheticFormula.Parse(formula), ETagStyle.Md5)).Name;
}
