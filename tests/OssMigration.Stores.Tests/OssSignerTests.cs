using System.Globalization;
using System.Security.Cryptography;
using OssMigration.Core.Stores;
using OssMigration.Stores.Oss;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>
/// Published vectors: signer tests of alibabacloud-oss-go-sdk-v2 and alibabacloud-oss-csharp-sdk-v2. The values for
/// ap-southeast-1 and for ?website under V1 were computed with independent code that reproduces the published ones.
/// </summary>
public sealed class OssSignerTests
{
    private static readonly StoreCredential Keys = new("ak", "sk");
    private static readonly StoreCredential TemporaryKeys = new("ak", "sk", "token");
    private static readonly DateTimeOffset ExtraTime = new(2023, 12, 16, 16, 20, 57, TimeSpan.Zero);

    [Theory]
    [InlineData(1702743657, null, "oss", "cn-hangzhou", "20231216", "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe")]
    [InlineData(1702784856, "token", "oss", "cn-hangzhou", "20231217", "b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea")]
    [InlineData(1702743657, null, "oss-cloudbox", "cb-123", "20231216", "94ce1f12c17d148ea681030275a94449d3357f5b5b21133996eec80af3e08a43")]
    public void V4_header_signature_equals_the_published_one(
        long unixTime, string? token, string product, string region, string date, string signature)
    {
        OssRequest request = CommonRequest("text/plain", null);
        new OssSignerV4(region, product).Sign(request, Keys with { SecurityToken = token }, DateTimeOffset.FromUnixTimeSeconds(unixTime));
        Assert.Equal(
            $"OSS4-HMAC-SHA256 Credential=ak/{date}/{region}/{product}/aliyun_v4_request,Signature={signature}",
            request.Header("authorization"));
        Assert.Equal(token, request.Header("x-oss-security-token"));
    }

    [Theory]
    [InlineData("ZAbc", "abc")]
    [InlineData("x-oss-no-exist", "ZAbc", "x-oss-head1", "abc")]
    public void V4_signs_additional_headers_that_are_there_and_not_signed_anyway(params string[] names)
    {
        OssRequest request = CommonRequest("text/plain", names);
        new OssSignerV4("cn-hangzhou").Sign(request, Keys, DateTimeOffset.FromUnixTimeSeconds(1702747512));
        Assert.Equal(
            "OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,AdditionalHeaders=abc;zabc,"
            + "Signature=4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f",
            request.Header("authorization"));
    }

    [Theory]
    [InlineData(1702743657, null, "f4613657f1b108998e8dbd10a1aa5da621dc2c6e02c9ddec0f163664848704c4")]
    [InlineData(1702784856, "token", "69494678fb11579d4ee12996e2796d9e2ba43c34aa4c723c4aec018f3d6b86b8")]
    public void V4_canonical_request_hashes_to_the_published_value(long unixTime, string? token, string expected)
    {
        OssRequest request = CommonRequest("text/plain", null);
        new OssSignerV4("cn-hangzhou").Sign(request, Keys with { SecurityToken = token }, DateTimeOffset.FromUnixTimeSeconds(unixTime));
        Assert.Equal(expected, CanonicalHash(request, OssQuery.Encode(request.Query), []));
    }

    [Fact]
    public void V4_canonical_request_with_additional_headers_hashes_to_the_published_value()
    {
        OssRequest request = CommonRequest("text/plain", ["ZAbc", "abc"]);
        new OssSignerV4("cn-hangzhou").Sign(request, Keys, DateTimeOffset.FromUnixTimeSeconds(1702747512));
        Assert.Equal(
            "16b86004ed2cc3406dd7a13081bd940ef6a5ad49e508da2d4fdf84e8a5dd2145",
            CanonicalHash(request, OssQuery.Encode(request.Query), ["abc", "zabc"]));
    }

    [Theory]
    [InlineData("20231216", "b412a03b134ebddd720f5167b5de6db66620ebb3b01cff4d49e3ccb09f8de97f")]
    [InlineData("20231217", "0e11d77e422d3484e84ee6b628fdf2a85f3788e1a597f23116b477efb407e94e")]
    public void V4_signing_key_equals_the_published_one(string date, string expected)
    {
        Http.DerivedKeyCache keys = new("aliyun_v4", "cn-hangzhou", "oss", "aliyun_v4_request");
        Assert.Equal(expected, Convert.ToHexString(keys.Get("sk", date)).ToLowerInvariant());
        Assert.Same(keys.Get("sk", date), keys.Get("sk", date));
        Assert.NotEqual(keys.Get("sk", date), keys.Get("sk2", date));
    }

    [Theory]
    [InlineData(1702781677, null, null, "a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe")]
    [InlineData(1702785388, "token", null, "3817ac9d206cd6dfc90f1c09c00be45005602e55898f26f5ddb06d7892e1f8b5")]
    [InlineData(1702783809, null, "abc;zabc", "6bd984bfe531afb6db1f7550983a741b103a8c58e5e14f83ea474c2322dfa2b7")]
    public void V4_presigned_signature_equals_the_published_one(long unixTime, string? token, string? additional, string signature)
    {
        OssRequest request = CommonRequest("application/octet-stream", additional?.Split(';'));
        string query = new OssSignerV4("cn-hangzhou").Presign(
            request, Keys with { SecurityToken = token }, DateTimeOffset.FromUnixTimeSeconds(unixTime), TimeSpan.FromSeconds(599));
        Assert.Contains($"&x-oss-signature={signature}&", query, StringComparison.Ordinal);
        Assert.Null(request.Header("authorization"));
    }

    [Fact]
    public void V4_presigned_query_holds_what_was_signed()
    {
        OssRequest request = CommonRequest("application/octet-stream", null);
        string query = new OssSignerV4("cn-hangzhou").Presign(
            request, Keys, DateTimeOffset.FromUnixTimeSeconds(1702781677), TimeSpan.FromSeconds(599));
        const string Signed =
            "%2Bparam1=value3&%2Bparam2&%7Cparam1=value4&%7Cparam2&param1=value1&param2"
            + "&x-oss-credential=ak%2F20231217%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date=20231217T025437Z&x-oss-expires=599"
            + "&x-oss-signature-version=OSS4-HMAC-SHA256";
        Assert.Equal(
            Signed,
            query.Replace("&x-oss-signature=a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe", "", StringComparison.Ordinal));
        request.Headers.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        Assert.Equal("48814c11f278d51662015bf2f896b66ca10b6de0187ed8d952e341bbce0aa336", CanonicalHash(request, Signed, []));
    }

    [Fact]
    public void V4_signs_keys_that_need_encoding()
    {
        OssRequest request = new(HttpMethod.Put, "examplebucket", "数据/a b+c(1)*.txt");
        request.WithHeader("content-md5", "eB5eJF1ptWaXm4bijSPyxw==")
            .WithHeader("content-type", "application/octet-stream")
            .WithHeader("x-oss-meta-author", "alice")
            .WithHeader("x-oss-storage-class", "IA");
        AssertExtra(request, "912ce229a5d87dc62c8203f5c0e86de8cfe0907c59137ab814cc1dee5f6621bd", "64e52c5dc67cd73920fdb7a23a03cce8bd2e74e3993e5f8678a6052634f2131b");
        Assert.Equal("%E6%95%B0%E6%8D%AE/a%20b%2Bc%281%29%2A.txt", request.EncodedKey);
    }

    [Fact]
    public void V4_signs_a_listing() => AssertExtra(
        new OssRequest(HttpMethod.Get, "examplebucket", null)
            .With("prefix", "a/b c/")
            .With("list-type", "2")
            .With("continuation-token", "CgJiYw--")
            .With("max-keys", "1000")
            .With("encoding-type", "url"),
        "4ddb8219c968ccb34115c8bec145690799d30bd24dfba85ee2bb7b2b6c76091b",
        "a247c45cb394c7a702206f8856314696c7c234113f36dd3a9f3c71d3b90504b9");

    [Fact]
    public void V4_signs_a_bare_sub_resource() => AssertExtra(
        new OssRequest(HttpMethod.Put, "examplebucket", null)
            .With("website")
            .WithHeader("content-md5", "eB5eJF1ptWaXm4bijSPyxw==")
            .WithHeader("content-type", "application/xml"),
        "c44c3ef2e68a75dde6058e821d050665c1c437e89f26d2e2e2c664487a32040d",
        "90198d526a9f89f5504489339ecbe37d90ec9707817cf47b7b74e53f2eea48de");

    [Fact]
    public void V4_signs_a_request_without_bucket() => AssertExtra(
        new OssRequest(HttpMethod.Get, "", null),
        "2f38767d71a05a0897aba7333a9e3f6f721fd19a02a2fc662d8226d004062436",
        "e1d6bca5a587eb9ce8d9be2b1dfaf65a77860b6d85dfb7dd2ef90b8a248976e1");

    [Fact]
    public void V4_signing_twice_replaces_date_token_and_signature()
    {
        OssSignerV4 signer = new("cn-hangzhou");
        OssRequest request = CommonRequest("text/plain", null);
        signer.Sign(request, TemporaryKeys, DateTimeOffset.FromUnixTimeSeconds(1702784856));
        signer.Sign(request, Keys, DateTimeOffset.FromUnixTimeSeconds(1702743657));
        Assert.EndsWith("e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe", request.Header("authorization"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null, "kSHKmLxlyEAKtZPkJhG9bZb5k7M=")]
    [InlineData("acl", null, "/afkugFbmWDQ967j1vr6zygBLQk=")]
    [InlineData("", "token", "H3PAlN3Vucn74tPVEqaQC4AnLwQ=")]
    public void V1_header_signature_of_an_object_equals_the_published_one(string subResource, string? token, string signature)
    {
        OssRequest request = new(HttpMethod.Put, "examplebucket", "nelson");
        if (subResource.Length > 0)
            request.With(subResource);
        request.WithHeader("content-md5", "eB5eJF1ptWaXm4bijSPyxw==")
            .WithHeader("content-type", "text/html")
            .WithHeader("x-oss-date", "Wed, 28 Dec 2022 10:27:41 GMT")
            .WithHeader("x-oss-meta-author", "alice")
            .WithHeader("x-oss-meta-magic", "abracadabra");
        AssertV1(request, Keys with { SecurityToken = token }, signature);
    }

    [Fact]
    public void V1_string_to_sign_is_the_published_one()
    {
        OssRequest request = new OssRequest(HttpMethod.Put, "examplebucket", "nelson")
            .WithHeader("x-oss-meta-magic", "abracadabra")
            .WithHeader("content-md5", "eB5eJF1ptWaXm4bijSPyxw==")
            .WithHeader("content-type", "text/html")
            .WithHeader("x-oss-date", "Wed, 28 Dec 2022 10:27:41 GMT")
            .WithHeader("x-oss-meta-author", "alice");
        Assert.Equal(
            "PUT\neB5eJF1ptWaXm4bijSPyxw==\ntext/html\nWed, 28 Dec 2022 10:27:41 GMT\nx-oss-date:Wed, 28 Dec 2022 10:27:41 GMT\n"
            + "x-oss-meta-author:alice\nx-oss-meta-magic:abracadabra\n/examplebucket/nelson",
            OssSignerV1.StringToSign(request, request.Query, "Wed, 28 Dec 2022 10:27:41 GMT"));
    }

    [Theory]
    [InlineData("acl", "", "x3E5TgOvl/i7PN618s5mEvpJDYk=")]
    [InlineData("non-resousce", "null", "vkQmfuUDyi1uDi3bKt67oemssIs=")]
    public void V1_signs_sub_resources_and_no_other_parameter(string name, string value, string signature) => AssertV1(
        new OssRequest(HttpMethod.Get, "examplebucket", null)
            .With("resourceGroup")
            .With(name, value)
            .WithHeader("x-oss-date", "Wed, 28 Dec 2022 10:27:41 GMT"),
        Keys,
        signature);

    [Fact]
    public void V1_signs_the_date_header_where_there_is_no_other()
    {
        OssRequest request = new OssRequest(HttpMethod.Put, "examplebucket", null).With("website").WithHeader("content-type", "application/xml");
        AssertV1(request, Keys, "ABkvFkchwsZUh4q7+YRuwVHlHzQ=");
        Assert.Equal("Wed, 28 Dec 2022 10:27:41 GMT", request.Header("date"));
    }

    [Theory]
    [InlineData("key", null, 1699807420, "dcLTea%2BYh9ApirQ8o8dOPqtvJXQ%3D")]
    [InlineData("key+123", "token", 1699808204, "jzKYRrM5y6Br0dRFPaTGOsbrDhY%3D")]
    public void V1_presigned_signature_equals_the_published_one(string key, string? token, long expires, string signature)
    {
        OssRequest request = new OssRequest(HttpMethod.Get, "bucket", key).With("versionId", "versionId");
        string query = new OssSignerV1().Presign(
            request, Keys with { SecurityToken = token }, DateTimeOffset.FromUnixTimeSeconds(expires - 60), TimeSpan.FromSeconds(60));
        string tokenPart = token is null ? "" : "&security-token=token";
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"Expires={expires}&OSSAccessKeyId=ak&Signature={signature}{tokenPart}&versionId=versionId"),
            query);
    }

    // The documentation prints the first signature beside a request that shows the second Content-MD5.
    [Theory]
    [InlineData("ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=", "26NBxoKdsyly4EDv6inkoDft/yA=")]
    [InlineData("eB5eJF1ptWaXm4bijSPyxw==", "hD208RWMpg77svXkQRwWXS+V5KQ=")]
    public void V1_example_of_the_documentation_belongs_to_another_content_md5(string contentMd5, string signature)
    {
        OssRequest request = new OssRequest(HttpMethod.Put, "oss-example", "nelson")
            .WithHeader("content-md5", contentMd5)
            .WithHeader("content-type", "text/html")
            .WithHeader("x-oss-magic", "abracadabra")
            .WithHeader("x-oss-meta-author", "foo@bar.com");
        new OssSignerV1().Sign(
            request,
            new StoreCredential("44CF9590006BF252F707", "OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV"),
            new DateTimeOffset(2005, 11, 17, 18, 49, 58, TimeSpan.Zero));
        Assert.Equal($"OSS 44CF9590006BF252F707:{signature}", request.Header("authorization"));
    }

    private static OssRequest CommonRequest(string contentType, string[]? additional) =>
        new OssRequest(HttpMethod.Put, "bucket", "1234+-/123/1.txt") { AdditionalHeaders = additional }
            .With("param1", "value1")
            .With("+param1", "value3")
            .With("|param1", "value4")
            .With("+param2")
            .With("|param2")
            .With("param2")
            .WithHeader("x-oss-head1", "value")
            .WithHeader("abc", "value")
            .WithHeader("zabc", "value")
            .WithHeader("xyz", "value")
            .WithHeader("content-type", contentType);

    private static string CanonicalHash(OssRequest request, string encodedQuery, List<string> additional)
    {
        byte[] hash = new byte[SHA256.HashSizeInBytes];
        OssSignerV4.HashCanonicalRequest(request, encodedQuery, request.Headers, additional, hash);
        return Convert.ToHexString(hash).ToLowerInvariant();
    }

    private static void AssertExtra(OssRequest request, string canonicalHash, string signature)
    {
        new OssSignerV4("ap-southeast-1").Sign(request, Keys, ExtraTime);
        Assert.Equal(canonicalHash, CanonicalHash(request, OssQuery.Encode(request.Query), []));
        Assert.Equal(
            $"OSS4-HMAC-SHA256 Credential=ak/20231216/ap-southeast-1/oss/aliyun_v4_request,Signature={signature}",
            request.Header("authorization"));
    }

    private static void AssertV1(OssRequest request, StoreCredential credential, string signature)
    {
        new OssSignerV1().Sign(request, credential, new DateTimeOffset(2022, 12, 28, 10, 27, 41, TimeSpan.Zero));
        Assert.Equal($"OSS ak:{signature}", request.Header("authorization"));
    }
}
