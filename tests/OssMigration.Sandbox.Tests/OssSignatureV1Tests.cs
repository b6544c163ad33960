using OssMigration.Sandbox.Oss.Signing;
using Xunit;

namespace OssMigration.Sandbox.Tests;

/// <summary>The published and recomputed vectors of OSS signature version 1, through the verifier's own code.</summary>
public sealed class OssSignatureV1Tests
{
    private const string Date = "Wed, 28 Dec 2022 10:27:41 GMT";
    private const string Nelson = "content-md5:eB5eJF1ptWaXm4bijSPyxw==|content-type:text/html|x-oss-date:Wed, 28 Dec 2022 10:27:41 GMT|x-oss-meta-author:alice|x-oss-meta-magic:abracadabra";
    private const string OnlyDate = "x-oss-date:Wed, 28 Dec 2022 10:27:41 GMT";

    [Theory]
    [InlineData("PUT", "examplebucket", "nelson", "", Nelson, Date, "kSHKmLxlyEAKtZPkJhG9bZb5k7M=")]
    [InlineData("PUT", "examplebucket", "nelson", "acl", Nelson, Date, "/afkugFbmWDQ967j1vr6zygBLQk=")]
    [InlineData("PUT", "examplebucket", "nelson", "", Nelson + "|x-oss-security-token:token", Date, "H3PAlN3Vucn74tPVEqaQC4AnLwQ=")]
    [InlineData("GET", "examplebucket", null, "resourceGroup&acl", OnlyDate, Date, "x3E5TgOvl/i7PN618s5mEvpJDYk=")]
    [InlineData("GET", "examplebucket", null, "resourceGroup&non-resousce=null", OnlyDate, Date, "vkQmfuUDyi1uDi3bKt67oemssIs=")]
    [InlineData("GET", "bucket", "key", "versionId=versionId&OSSAccessKeyId=ak&Expires=1699807420", "", "1699807420", "dcLTea+Yh9ApirQ8o8dOPqtvJXQ=")]
    [InlineData("GET", "bucket", "key+123", "security-token=token&versionId=versionId&OSSAccessKeyId=ak&Expires=1699808204", "", "1699808204", "jzKYRrM5y6Br0dRFPaTGOsbrDhY=")]
    [InlineData("PUT", "examplebucket", null, "website", "content-type:application/xml", Date, "ABkvFkchwsZUh4q7+YRuwVHlHzQ=")]
    public void A_vector_is_reproduced(string method, string bucket, string? key, string query, string headers, string date, string signature)
    {
        SignedRequest request = OssSignatureV4Tests.Request(method, bucket, key, query, headers);

        Assert.Equal(signature, SignatureV1.Sign("sk", SignatureV1.StringToSign(request, date)));
    }

    [Theory]
    // The documentation prints the first value beside the Content-MD5 of the second.
    [InlineData("ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=", "26NBxoKdsyly4EDv6inkoDft/yA=")]
    [InlineData("eB5eJF1ptWaXm4bijSPyxw==", "hD208RWMpg77svXkQRwWXS+V5KQ=")]
    public void The_long_lived_example_of_the_documentation_needs_its_real_content_md5(string md5, string signature)
    {
        SignedRequest request = OssSignatureV4Tests.Request(
            "PUT", "oss-example", "nelson", string.Empty, $"content-md5:{md5}|content-type:text/html|x-oss-magic:abracadabra|x-oss-meta-author:foo@bar.com");

        string toSign = SignatureV1.StringToSign(request, "Thu, 17 Nov 2005 18:49:58 GMT");

        Assert.Equal(signature, SignatureV1.Sign("OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV", toSign));
    }

    [Fact]
    public void The_string_to_sign_holds_raw_names_and_sorted_sub_resources()
    {
        SignedRequest request = OssSignatureV4Tests.Request("GET", "b", "a b+c", "prefix=x&uploadId=U%2F1&acl", OnlyDate);

        Assert.Equal($"GET\n\n\n{Date}\nx-oss-date:{Date}\n/b/a b+c?acl&uploadId=U/1", SignatureV1.StringToSign(request, Date));
    }
}
