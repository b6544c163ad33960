using System.Management.Automation;
using System.Management.Automation.Runspaces;
using OssMigration.Core.Stores;
using OssMigration.Stores;

namespace OssMigration.Credentials;

/// <summary>
/// Keys that a script gives: a user's own, which asks a security token service, or ours, which asks a vault. The engine asks for keys on
/// any thread, so the script runs in a runspace of its own: modules load there as anywhere, variables of the session are not there.
/// </summary>
internal static class ScriptedCredentials
{
    private const string ReadSecret = """
        param($Name, $Vault)
        Import-Module Microsoft.PowerShell.SecretManagement -ErrorAction Stop
        $where = @{ Name = $Name; ErrorAction = 'Stop' }
        if ($Vault) { $where.Vault = $Vault }
        Get-Secret @where
        """;

    /// <summary>Keys out of a vault, by the name of the secret.</summary>
    /// <param name="reference">The reference, of kind Secret.</param>
    /// <param name="store">The store's display name, for messages.</param>
    public static ICredentialProvider FromSecret(CredentialReference reference, string store) => Make(
        ReadSecret, [reference.Name!, reference.Vault], store, $"The secret '{reference.Name}'");

    /// <summary>Keys that a script of the user gives.</summary>
    /// <param name="script">The script.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="store">The store's display name, for messages.</param>
    public static ICredentialProvider FromScript(ScriptBlock script, object?[] arguments, string store)
        => Make(script.ToString(), arguments, store, "The script for the keys");

    private static CachedCredentials Make(string script, object?[] arguments, string store, string what) => new(
        TimeProvider.System,
        async cancellationToken =>
        {
            try
            {
                PSObject? given = await Task.Run(() => RunScript(script, arguments, cancellationToken), cancellationToken).ConfigureAwait(false);
                return GivenKeys.Read(given);
            }
            catch (Exception e) when (e is RuntimeException or FormatException)
            {
                throw new StoreException(StoreErrorKind.Credential, store, $"{what} gave no keys: {e.Message}", e);
            }
        });

    private static PSObject? RunScript(string script, object?[] arguments, CancellationToken cancellationToken)
    {
        using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddScript(script);
        foreach (object? argument in arguments)
            shell.AddArgument(argument);
        using CancellationTokenRegistration stop = cancellationToken.Register(() => shell.BeginStop(null, null));
        PSObject? last = shell.Invoke().LastOrDefault();
        cancellationToken.ThrowIfCancellationRequested();
        return last ?? throw new FormatException(shell.Streams.Error.FirstOrDefault()?.ToString() ?? "it wrote nothing.");
    }
}
