# What the README's PowerShell stands on: a sandbox in the place of both clouds, reached by the addresses that the README names, a profile
# of the AWS tools with its keys, and somebody who says yes. Dot-sourced by whoever runs the README, with $folder set to an empty folder;
# Core cmdlets only.
$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'
$null = $ExecutionContext.SessionState.Path.SetLocation($folder)
$null = [System.IO.Directory]::CreateDirectory("$folder/bucket/2024")
foreach ($number in 1..12) {
    [System.IO.File]::WriteAllText("$folder/bucket/2024/$number.jpg", "picture $number")
}
$sandbox = Start-MigrationSandbox -S3Bucket "my-bucket=folder:$folder/bucket" -OssBucket my-bucket
$keys = $sandbox.S3Credential.GetNetworkCredential()
$env:AWS_SHARED_CREDENTIALS_FILE = "$folder/credentials"
[System.IO.File]::WriteAllText($env:AWS_SHARED_CREDENTIALS_FILE, "[migration]`naws_access_key_id = $($keys.UserName)`naws_secret_access_key = $($keys.Password)`n")

# Nobody is there to be asked: the sandbox has one key for both sides.
function Get-Credential { $sandbox.S3Credential }

# The README's addresses, at the sandbox's endpoints.
function New-MigrationAddress([string] $Uri, [string] $Region, [string] $ProfileName, [pscredential] $Credential) {
    $side = if ($Uri.StartsWith('oss:')) { $sandbox.Destination } else { $sandbox.Source }
    $given = @{} + $PSBoundParameters
    $given.Endpoint = $side.Endpoint
    $given.Region = $side.Region
    OssMigration\New-MigrationAddress @given
}
$PSDefaultParameterValues['Set-OssMirrorRule:AllowPrivateOrigin'] = $true
$PSDefaultParameterValues['seamless-migration.ps1:Force'] = $true
# No business writes here, so the mirroring rule is proved by a probe.
$PSDefaultParameterValues['seamless-migration.ps1:CutoverOption'] = @{ CreateProbe = $true }
$moment = [DateTimeOffset]::UtcNow
