using OssMigration.Core.Stores;
using OssMigration.Stores.Http;
using OssMigration.Stores.Oss;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>Stores of OSS for tests, with keys that are recognised wherever they must not appear.</summary>
internal static class OssTestStore
{
    public const string Secret = "very-secret-value";
    public const string Token = "very-secret-token";

    public static StoreCredential Keys { get; } = new("key-id", Secret);

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static OssStore Open(
        OssLoopbackServer server,
        ICredentialProvider? credentials = null,
        TimeProvider? time = null,
        SignatureVersion signature = SignatureVersion.V4) =>
        OssStore.Open(
            new StoreAddress { Scheme = "oss", Bucket = "bucket", Endpoint = server.Endpoint, Region = "cn-hangzhou", SignatureVersion = signature },
            new StoreOpenOptions { Credential = credentials ?? new FixedCredentialProvider(Keys), Time = time ?? TimeProvider.System });

    public static async Task<StoreException> ThrowsAsync(StoreErrorKind kind, Func<Task> call)
    {
        StoreException error = await Assert.ThrowsAsync<StoreException>(call);
        Assert.Equal(kind, error.Kind);
        Assert.Equal("oss://bucket", error.Store);
        foreach (string text in new[] { error.ToString(), error.Describe() })
        {
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Token, text, StringComparison.Ordinal);
            Assert.DoesNotContain("ignature=", text, StringComparison.Ordinal);
        }

        return error;
    }

    public static async ValueTask<byte[]> TakeAllAsync(ObjectContent content, CancellationToken cancellationToken)
    {
        using MemoryStream all = new();
        await content.Body.CopyToAsync(all, cancellationToken);
        return all.ToArray();
    }

    public static string Error(string code, string more = "") =>
        $"""<?xml version="1.0" encoding="UTF-8"?><Error xmlns="http://doc.oss-cn-hangzhou.aliyuncs.com"><Code>{code}</Code><Message>Text of {code}.</Message><RequestId>5C3D9175B6FC201293AD0000</RequestId>{more}</Error>""";
}
