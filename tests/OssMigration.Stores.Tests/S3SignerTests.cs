using OssMigration.Core.Stores;
using OssMigration.Stores.Http;
using OssMigration.Stores.S3;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>The examples of the Amazon S3 API Reference, "Signature Calculations for the Authorization Header".</summary>
public sealed class S3SignerTests
{
    private static readonly StoreCredential Keys = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    private static readonly DateTimeOffset Time = new(2013, 5, 24, 0, 0, 0, TimeSpan.Zero);
    private static readonly EndpointLayout Layout = new("https://examplebucket.s3.amazonaws.com", "", "examplebucket.s3.amazonaws.com", false);

    [Fact]
    public void A_ranged_read_is_signed_as_published()
    {
        S3Request request = new(HttpMethod.Get, "test.txt", "test.txt", "");
        request.SetHeader("range", "bytes=0-9");

        AssertSigned(request, "host;range;x-amz-content-sha256;x-amz-date", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    [Fact]
    public void A_question_about_the_lifecycle_is_signed_as_published()
    {
        S3Request request = S3Request.ForBucket(("lifecycle", ""));

        AssertSigned(request, "host;x-amz-content-sha256;x-amz-date", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    }

    [Fact]
    public void A_listing_is_signed_as_published()
    {
        S3Request request = S3Request.ForBucket(("prefix", "J"), ("max-keys", "2"));

        AssertSigned(request, "host;x-amz-content-sha256;x-amz-date", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }

    [Fact]
    public void Signing_again_replaces_the_first_signature()
    {
        S3Request request = S3Request.ForBucket(("lifecycle", ""));
        S3Signer signer = new("us-east-1");
        signer.Sign(request, Layout, Keys with { SecurityToken = "token" }, Time.AddHours(1), S3Signer.EmptyPayload);

        AssertSigned(request, "host;x-amz-content-sha256;x-amz-date", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
        Assert.False(request.HasHeader("x-amz-security-token"));
    }

    [Fact]
    public void A_token_is_signed_with_the_request()
    {
        S3Request request = S3Request.ForBucket(("lifecycle", ""));
        new S3Signer("us-east-1").Sign(request, Layout, Keys with { SecurityToken = "token" }, Time, S3Signer.EmptyPayload);

        Assert.Contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,", Header(request, "authorization"), StringComparison.Ordinal);
        Assert.Equal("token", Header(request, "x-amz-security-token"));
    }

    [Fact]
    public void A_query_of_the_sdk_becomes_canonical()
    {
        Assert.Equal("partNumber=2&uploadId=a%2Fb", S3Request.Canonical("uploadId=a%2Fb&partNumber=2"));
        Assert.Equal("uploads=", S3Request.Canonical("uploads"));
        Assert.Equal("", S3Request.Canonical(""));
    }

    private static void AssertSigned(S3Request request, string signedHeaders, string signature)
    {
        new S3Signer("us-east-1").Sign(request, Layout, Keys, Time, S3Signer.EmptyPayload);
        Assert.Equal(
            $"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders={signedHeaders},Signature={signature}",
            Header(request, "authorization"));
        Assert.Equal("20130524T000000Z", Header(request, "x-amz-date"));
    }

    private static string Header(S3Request request, string name) => Assert.Single(request.Headers, header => header.Key == name).Value;
}
