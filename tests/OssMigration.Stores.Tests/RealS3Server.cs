using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>An S3 server that a person names in the environment. It must be one where buckets may be made.</summary>
internal sealed record RealS3Server(Uri Endpoint, string Region, StoreCredential Keys)
{
    private const string Prefix = "OSSMIGRATION_TEST_S3";
    private static readonly string[] Required = ["ENDPOINT", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"];

    /// <summary>The named server; without one the test is skipped, in CI it fails.</summary>
    public static RealS3Server Require()
    {
        string[] missing = [.. Required
            .Select(name => $"{Prefix}_{name}")
            .Where(name => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)))];
        if (missing.Length > 0)
        {
            string reason = $"No real S3 server: {string.Join(", ", missing)} not set.";
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail(reason);
            Assert.Skip(reason);
        }

        return new RealS3Server(
            new Uri(Read("ENDPOINT")!),
            Read("REGION") ?? "us-east-1",
            new StoreCredential(Read("ACCESS_KEY_ID")!, Read("SECRET_ACCESS_KEY")!));
    }

    /// <summary>The address of a bucket there.</summary>
    public StoreAddress Address(string bucket) => new()
    {
        Scheme = "s3",
        Bucket = bucket,
        Endpoint = Endpoint,
        Region = Region,
        AddressingStyle = AddressingStyle.Path,
        AllowInsecureEndpoint = true,
    };

    /// <inheritdoc/>
    public override string ToString() => Endpoint.ToString();

    private static string? Read(string name) =>
        Environment.GetEnvironmentVariable($"{Prefix}_{name}") is { Length: > 0 } value ? value : null;
}
