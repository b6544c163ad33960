<#
.SYNOPSIS
Runs one slice of a migration job in Azure Automation; a schedule starts the next.

.DESCRIPTION
The sandbox of Azure Automation ends a runbook after three hours, gives it 400 MB of memory and a disk that is lost afterwards, and lets it
start no other process. This runbook needs none of them: it runs in the process of the runbook, stops in time, and keeps the job's
state in a bucket, from where the next slice goes on, on whatever machine. Of two that start at once one runs; the other ends
with an error that says who runs the job and since when.

Import the module OssMigration into a runtime environment of PowerShell 7.4 or newer, import this file as a runbook, and let a
schedule start it every three hours. The first slice makes the job; when all is migrated, every further slice is an increment.
The disk of 1 GB holds the manifest of about 30 million objects; larger jobs belong on a hybrid worker or on a machine of your own.

Keys come from credential assets of the automation account (the access key id as user name, the secret as password). With
-KeyVaultUri they come from secrets of that vault, which the account's managed identity may read: {"AccessKeyId":"...","SecretAccessKey":"..."}.

The report of the slice is the output. The runbook's job is Completed when the slice came to its end, and Failed when something is
to be done; to end it with the run's exit code elsewhere: exit (& ./azure-automation.ps1 ...)[-1].ExitCode

.EXAMPLE
./azure-automation.ps1 -Job photos -StateUri oss://migration-state -Source s3://photos -SourceRegion eu-central-1 -SourceCredentialName aws-migration -Destination oss://photos-cn -DestinationRegion cn-hangzhou -DestinationCredentialName oss-migration

The parameters of a schedule. The bucket migration-state is in the region of the destination and belongs to the same account.

.EXAMPLE
./azure-automation.ps1 -Job photos -StateUri oss://migration-state -DestinationRegion cn-hangzhou -SourceCredentialName aws-migration -DestinationCredentialName oss-migration -KeyVaultUri https://company.vault.azure.net

Keys of a vault. The job is there already, so that its two ends need not be named.
#>
[CmdletBinding()]
param(
    # The job's name.
    [Parameter(Mandatory)]
    [string] $Job,

    # Where the job's state is kept: a bucket without versioning, or a prefix beside that of the job.
    [Parameter(Mandatory)]
    [string] $StateUri,

    # Where objects come from; for the first slice.
    [string] $Source,

    # Where they go; for the first slice.
    [string] $Destination,

    # The region of the source.
    [string] $SourceRegion,

    # The endpoint of a source that is not AWS.
    [string] $SourceEndpoint,

    # The region of the destination and of the state.
    [string] $DestinationRegion,

    # Their endpoint, where it is not the one of the region.
    [string] $DestinationEndpoint,

    # The credential asset, or secret of the vault, with the keys of the source.
    [Parameter(Mandatory)]
    [string] $SourceCredentialName,

    # The one with the keys of the destination and of the state.
    [Parameter(Mandatory)]
    [string] $DestinationCredentialName,

    # A key vault that the managed identity may read, in place of credential assets.
    [string] $KeyVaultUri,

    # The most that the job may take of the line, for example 100Mbps; for the first slice.
    [string] $MaxBandwidth,

    # How long the slice runs. Azure ends it after three hours; stopping takes a minute or two.
    [TimeSpan] $TimeBudget = '02:45:00'
)

$ErrorActionPreference = 'Stop'

# A job of Azure keeps one MB of what is written.
$ProgressPreference = 'SilentlyContinue'

function Read-Json([string] $Address, [hashtable] $Header) {
    $isLoopback = ([uri] $Address).IsLoopback
    if (-not $isLoopback -and ([uri] $Address).Scheme -ne 'https') {
        throw "Keys are not asked for without TLS: $Address"
    }
    $client = [System.Net.Http.HttpClient]::new([System.Net.Http.SocketsHttpHandler] @{ UseProxy = -not $isLoopback })
    try {
        foreach ($name in $Header.Keys) {
            $client.DefaultRequestHeaders.Add($name, $Header[$name])
        }
        $answer = $client.GetAsync($Address).GetAwaiter().GetResult()
        if (-not $answer.IsSuccessStatusCode) {
            throw "$(([uri] $Address).GetLeftPart('Path')) answered $([int] $answer.StatusCode)."
        }
        , [System.Text.Json.JsonDocument]::Parse($answer.Content.ReadAsStringAsync().GetAwaiter().GetResult()).RootElement
    }
    finally {
        $client.Dispose()
    }
}

# The sandbox tells by two variables where the managed identity is asked for a token.
function Get-VaultCredential([string] $Name) {
    if (-not $env:IDENTITY_ENDPOINT) {
        throw 'There is no managed identity: switch it on at the automation account, and give it the right to read secrets of the vault.'
    }
    $token = Read-Json "$($env:IDENTITY_ENDPOINT)?resource=https://vault.azure.net&api-version=2019-08-01" @{ 'X-IDENTITY-HEADER' = $env:IDENTITY_HEADER; Metadata = 'true' }
    $secret = Read-Json "$($KeyVaultUri.TrimEnd('/'))/secrets/$($Name)?api-version=7.4" @{ Authorization = "Bearer $($token.GetProperty('access_token').GetString())" }
    $keys = [System.Text.Json.JsonDocument]::Parse($secret.GetProperty('value').GetString()).RootElement
    $password = [System.Net.NetworkCredential]::new('', $keys.GetProperty('SecretAccessKey').GetString()).SecurePassword
    [pscredential]::new($keys.GetProperty('AccessKeyId').GetString(), $password)
}

function Get-Keys([string] $Name) {
    if ($KeyVaultUri) { Get-VaultCredential $Name } else { Get-AutomationPSCredential -Name $Name }
}

function Get-Address([string] $Uri, [string] $Region, [string] $Endpoint, [pscredential] $Keys) {
    $where = @{ Uri = $Uri; Credential = $Keys }
    if ($Region) { $where.Region = $Region }
    if ($Endpoint) { $where.Endpoint = $Endpoint }
    New-MigrationAddress @where
}

# On a hybrid worker the disk may have the job before its state is anywhere else.
function Test-Known($State) {
    foreach ($where in @{ StateUri = $State }, @{}) {
        try {
            return [bool] (Get-MigrationJob $Job @where -ErrorAction Stop)
        }
        catch {
            if ($_.FullyQualifiedErrorId -notlike 'JobNotFound,*') { throw }
        }
    }
    $false
}

$sourceKeys = Get-Keys $SourceCredentialName
$destinationKeys = Get-Keys $DestinationCredentialName
$state = Get-Address $StateUri $DestinationRegion $DestinationEndpoint $destinationKeys

if (-not (Test-Known $state)) {
    if (-not ($Source -and $Destination)) {
        throw "There is no job '$Job' at $StateUri yet. Give -Source and -Destination, from which it is made."
    }
    $options = @{
        Name         = $Job
        Source       = Get-Address $Source $SourceRegion $SourceEndpoint $sourceKeys
        Destination  = Get-Address $Destination $DestinationRegion $DestinationEndpoint $destinationKeys

        # The rest of the 400 MB is the host's.
        MemoryBudget = 96MB
    }
    if ($MaxBandwidth) { $options.MaxBandwidth = $MaxBandwidth }
    $null = New-MigrationJob @options
}

$slice = @{
    Job                   = $Job
    StateUri              = $state
    TimeBudget            = $TimeBudget
    SourceCredential      = $sourceKeys
    DestinationCredential = $destinationKeys
}
$report = @(Start-OssMigration @slice -ErrorAction Continue)[-1]
$report
switch ($report.ExitCode) {
    2 { $PSCmdlet.WriteWarning("Some objects of job '$Job' were not migrated: Get-MigrationItem. The next slice tries what failed again.") }
    3 {
        if ($report.Reason -ne 'The time budget is used up.') { throw "The slice ended before its time: $($report.Reason)" }
        $PSCmdlet.WriteVerbose('The next slice goes on here.')
    }
}
