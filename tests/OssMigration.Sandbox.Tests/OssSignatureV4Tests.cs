using System.Text;
using Microsoft.AspNetCore.Http;
using OssMigration.Sandbox.Oss.Signing;
using OssMigration.Sandbox.Wire;
using Xunit;

namespace OssMigration.Sandbox.Tests;

/// <summary>The published and recomputed vectors of OSS signature version 4, through the verifier's own code.</summary>
public sealed class OssSignatureV4Tests
{
    private const string PublishedQuery = "param1=value1&%2Bparam1=value3&%7Cparam1=value4&%2Bparam2&%7Cparam2&param2";
    private const string PublishedKey = "1234+-/123/1.txt";
    private const string Sdk = "x-oss-head1:value|abc:value|ZAbc:value|XYZ:value|content-type:text/plain|x-oss-content-sha256:UNSIGNED-PAYLOAD";
    private const string Sdk4 = "x-oss-head1:value|abc:value|ZAbc:value|XYZ:value|content-type:application/octet-stream";
    private const string Computed = "x-oss-content-sha256:UNSIGNED-PAYLOAD|x-oss-date:20231216T162057Z";

    private static readonly string PresignedTail = "&x-oss-expires=599&x-oss-signature-version=OSS4-HMAC-SHA256";

    [Theory]
    // Header authorization: plain, with a security token, with additional headers (two spellings), cloud box.
    [InlineData("20231216T162057Z", "cn-hangzhou", "oss", "", "", "f4613657f1b108998e8dbd10a1aa5da621dc2c6e02c9ddec0f163664848704c4", "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe")]
    [InlineData("20231217T034736Z", "cn-hangzhou", "oss", "|x-oss-security-token:token", "", "69494678fb11579d4ee12996e2796d9e2ba43c34aa4c723c4aec018f3d6b86b8", "b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea")]
    [InlineData("20231216T172512Z", "cn-hangzhou", "oss", "", "zabc;abc", "16b86004ed2cc3406dd7a13081bd940ef6a5ad49e508da2d4fdf84e8a5dd2145", "4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f")]
    [InlineData("20231216T172512Z", "cn-hangzhou", "oss", "", "x-oss-no-exist;zabc;x-oss-head1;abc", "16b86004ed2cc3406dd7a13081bd940ef6a5ad49e508da2d4fdf84e8a5dd2145", "4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f")]
    [InlineData("20231216T162057Z", "cb-123", "oss-cloudbox", "", "", "f4613657f1b108998e8dbd10a1aa5da621dc2c6e02c9ddec0f163664848704c4", "94ce1f12c17d148ea681030275a94449d3357f5b5b21133996eec80af3e08a43")]
    public void A_published_header_vector_is_reproduced(
        string date, string region, string product, string moreHeaders, string additional, string canonicalHash, string signature)
    {
        SignedRequest request = Request("PUT", "bucket", PublishedKey, PublishedQuery, $"{Sdk}|x-oss-date:{date}{moreHeaders}");

        Check(request, date, region, product, additional, canonicalHash, signature);
    }

    [Theory]
    // Signed URLs: plain, with a security token, with additional headers.
    [InlineData("20231217T025437Z", "", "", "48814c11f278d51662015bf2f896b66ca10b6de0187ed8d952e341bbce0aa336", "a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe")]
    [InlineData("20231217T035628Z", "&x-oss-security-token=token", "", null, "3817ac9d206cd6dfc90f1c09c00be45005602e55898f26f5ddb06d7892e1f8b5")]
    [InlineData("20231217T033009Z", "&x-oss-additional-headers=abc%3Bzabc", "abc;zabc", null, "6bd984bfe531afb6db1f7550983a741b103a8c58e5e14f83ea474c2322dfa2b7")]
    public void A_published_url_vector_is_reproduced(string date, string moreQuery, string additional, string? canonicalHash, string signature)
    {
        string credential = $"&x-oss-credential=ak%2F{date[..8]}%2Fcn-hangzhou%2Foss%2Faliyun_v4_request";
        string query = $"{PublishedQuery}{credential}&x-oss-date={date}{PresignedTail}{moreQuery}&x-oss-signature={signature}";

        Check(Request("PUT", "bucket", PublishedKey, query, Sdk4), date, "cn-hangzhou", "oss", additional, canonicalHash, signature);
    }

    [Theory]
    [InlineData("PUT", "examplebucket", "数据/a b+c(1)*.txt", "", "|content-md5:eB5eJF1ptWaXm4bijSPyxw==|content-type:application/octet-stream|x-oss-meta-author:alice|x-oss-storage-class:IA", "912ce229a5d87dc62c8203f5c0e86de8cfe0907c59137ab814cc1dee5f6621bd", "64e52c5dc67cd73920fdb7a23a03cce8bd2e74e3993e5f8678a6052634f2131b")]
    [InlineData("GET", "examplebucket", null, "prefix=a%2Fb%20c%2F&list-type=2&max-keys=1000&encoding-type=url&continuation-token=CgJiYw--", "", "4ddb8219c968ccb34115c8bec145690799d30bd24dfba85ee2bb7b2b6c76091b", "a247c45cb394c7a702206f8856314696c7c234113f36dd3a9f3c71d3b90504b9")]
    [InlineData("GET", "examplebucket", null, "prefix=a/b+c/&list-type=2&max-keys=1000&encoding-type=url&continuation-token=CgJiYw--", "", "4ddb8219c968ccb34115c8bec145690799d30bd24dfba85ee2bb7b2b6c76091b", "a247c45cb394c7a702206f8856314696c7c234113f36dd3a9f3c71d3b90504b9")]
    [InlineData("PUT", "examplebucket", null, "website", "|content-md5:eB5eJF1ptWaXm4bijSPyxw==|content-type:application/xml", "c44c3ef2e68a75dde6058e821d050665c1c437e89f26d2e2e2c664487a32040d", "90198d526a9f89f5504489339ecbe37d90ec9707817cf47b7b74e53f2eea48de")]
    [InlineData("GET", null, null, "", "", "2f38767d71a05a0897aba7333a9e3f6f721fd19a02a2fc662d8226d004062436", "e1d6bca5a587eb9ce8d9be2b1dfaf65a77860b6d85dfb7dd2ef90b8a248976e1")]
    public void A_recomputed_vector_is_reproduced(
        string method, string? bucket, string? key, string query, string moreHeaders, string canonicalHash, string signature)
    {
        SignedRequest request = Request(method, bucket, key, query, Computed + moreHeaders);

        Check(request, "20231216T162057Z", "ap-southeast-1", "oss", string.Empty, canonicalHash, signature);
    }

    [Fact]
    public void The_canonical_request_is_written_as_published()
    {
        SignedRequest request = Request("PUT", "bucket", PublishedKey, PublishedQuery, $"{Sdk}|x-oss-date:20231216T162057Z");

        Assert.Equal(
            "PUT\n/bucket/1234%2B-/123/1.txt\n%2Bparam1=value3&%2Bparam2&%7Cparam1=value4&%7Cparam2&param1=value1&param2\n"
            + "content-type:text/plain\nx-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:20231216T162057Z\nx-oss-head1:value\n\n\nUNSIGNED-PAYLOAD",
            SignatureV4.CanonicalRequest(request, null).ToString());
    }

    [Theory]
    [InlineData("20231216", "b412a03b134ebddd720f5167b5de6db66620ebb3b01cff4d49e3ccb09f8de97f")]
    [InlineData("20231217", "0e11d77e422d3484e84ee6b628fdf2a85f3788e1a597f23116b477efb407e94e")]
    public void The_signing_key_is_derived_as_published(string date, string key) =>
        Assert.Equal(key, Convert.ToHexStringLower(SignatureV4.SigningKey("sk", new ScopeV4(date, "cn-hangzhou", "oss"))));

    internal static SignedRequest Request(string method, string? bucket, string? key, string query, string headers)
    {
        RequestTarget parsed = RequestTarget.Parse("/?" + query);
        HeaderDictionary dictionary = [];
        foreach (string header in headers.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = header.IndexOf(':', StringComparison.Ordinal);
            dictionary[header[..colon]] = header[(colon + 1)..];
        }

        return new SignedRequest(method, bucket, key, parsed, dictionary);
    }

    private static void Check(
        SignedRequest request, string date, string region, string product, string additional, string? canonicalHash, string signature)
    {
        ScopeV4 scope = new(date[..8], region, product);
        byte[] canonical = SignatureV4.CanonicalRequest(request, additional.Split(';', StringSplitOptions.RemoveEmptyEntries)).Bytes.ToArray();
        string toSign = SignatureV4.StringToSign(canonical, date, scope);

        Assert.Equal(signature, SignatureV4.Sign("sk", scope, toSign));
        if (canonicalHash is not null)
            Assert.Equal($"OSS4-HMAC-SHA256\n{date}\n{scope}\n{canonicalHash}", toSign);
        Assert.NotEqual(signature, SignatureV4.Sign("sk", scope, toSign + "\n"));
        Assert.EndsWith("UNSIGNED-PAYLOAD", Encoding.UTF8.GetString(canonical), StringComparison.Ordinal);
    }
}
