using System.Text.Json;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

/// <summary>The server of Azure Blob Storage that tests/servers/azurite.sh started; its JSON line is in OSSMIGRATION_TEST_AZURE.</summary>
public sealed record AzureEmulator(Uri Endpoint, string Account, string Key)
{
    private const string Variable = "OSSMIGRATION_TEST_AZURE";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The server; without one the test is skipped, in CI it fails.</summary>
    public static AzureEmulator Require()
    {
        string? line = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(line))
        {
            string reason = $"No server of Azure Blob Storage: {Variable} not set.";
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail(reason);
            Assert.Skip(reason);
        }

        return JsonSerializer.Deserialize<AzureEmulator>(line, Json)!;
    }

    /// <summary>Its account key.</summary>
    public ICredentialProvider Credential => new FixedCredentialProvider(new StoreCredential(Account, Key));

    /// <summary>A container's name that no other test has.</summary>
    public static string NewContainerName() => $"test-{Guid.NewGuid():n}";

    /// <summary>The address of a container there.</summary>
    public StoreAddress Address(string container, string prefix = "") => new() { Scheme = "azblob", Bucket = $"{Account}/{container}", Prefix = prefix, Endpoint = Endpoint };

    /// <inheritdoc/>
    public override string ToString() => Endpoint.ToString();
}
