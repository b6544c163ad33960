using OssMigration.Core.Stores;
using OssMigration.Stores.S3;
using Xunit;

namespace OssMigration.Stores.Tests;

public sealed class S3CredentialsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SRC_ACCESS_KEY_ID=id;SRC_ACCESS_KEY_SECRET=secret", null)]
    [InlineData("SRC_ACCESS_KEY_ID=id;SRC_SECRET_ACCESS_KEY=secret;SRC_SESSION_TOKEN=token", "token")]
    [InlineData("SRC_ACCESS_KEY_ID=id;SRC_ACCESS_KEY_SECRET=secret;SRC_SECURITY_TOKEN=token", "token")]
    public async Task Keys_come_from_variables_of_either_name(string variables, string? token)
    {
        ICredentialProvider keys = Create(CredentialKind.Environment, "SRC", variables);

        Assert.Equal(new StoreCredential("id", "secret", token), await keys.GetAsync(refresh: false, Token));
    }

    [Fact]
    public async Task Missing_variables_are_named()
    {
        StoreException error = await ThrowsAsync(Create(CredentialKind.Environment, "SRC", "SRC_ACCESS_KEY_ID=id"));

        Assert.Contains("SRC_ACCESS_KEY_SECRET", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_that_does_not_exist_is_named()
    {
        StoreException error = await ThrowsAsync(Create(CredentialKind.Profile, "no-such-profile-here", ""));

        Assert.Contains("no-such-profile-here", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_that_were_given_by_hand_are_asked_for_again()
    {
        StoreException error = await ThrowsAsync(Create(CredentialKind.Prompt, "AKID", ""));

        Assert.Contains("give them again", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anonymous_has_no_keys()
    {
        Assert.Null(await Create(CredentialKind.Anonymous, null, "").GetAsync(refresh: false, Token));
    }

    private static ICredentialProvider Create(CredentialKind kind, string? name, string variables)
    {
        Dictionary<string, string> environment = variables.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return S3Credentials.Create(new CredentialReference(kind, name), "s3://bucket", environment.GetValueOrDefault, TimeProvider.System);
    }

    private static async Task<StoreException> ThrowsAsync(ICredentialProvider keys)
    {
        StoreException error = await Assert.ThrowsAsync<StoreException>(async () => await keys.GetAsync(refresh: false, Token));
        Assert.Equal(StoreErrorKind.Credential, error.Kind);
        Assert.Equal("s3://bucket", error.Store);
        return error;
    }
}
