<#
.SYNOPSIS
    Rehearses a migration on this machine: real files, real protocols, no cloud and no account.
.DESCRIPTION
    Starts the sandbox with its S3 side serving the folder of the .NET SDK that is running (about 4,900 files, 620 MB) in
    place and its OSS side in a temporary folder. Migrates everything, compares source and destination by checksums, runs
    the job a second time, prints both reports and the comparison, and checks them. Then it removes all that it made.
    The exit code is 0 when everything holds and 1 when something does not.
.PARAMETER Folder
    Serves this folder instead of the .NET SDK's. It is only read.
.EXAMPLE
    dotnet run -c Release --project src/OssMigration.Shell -- rehearse
.EXAMPLE
    ./rehearse.ps1 -Folder /srv/pictures
    In any PowerShell 7 with the module imported.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [string] $Folder
)

$ErrorActionPreference = 'Stop'

function Find-DotnetFolder {
    # .../dotnet/shared/Microsoft.NETCore.App/10.0.1/ where this process runs on a shared runtime.
    $runtime = [System.Runtime.InteropServices.RuntimeEnvironment]::GetRuntimeDirectory()
    $candidates = @(
        [System.IO.Path]::GetFullPath("$runtime/../../..")
        $env:DOTNET_ROOT
        foreach ($entry in "$env:PATH".Split([System.IO.Path]::PathSeparator)) {
            foreach ($name in 'dotnet', 'dotnet.exe') {
                $program = [System.IO.FileInfo]::new("$entry/$name")
                if ($program.Exists) {
                    $target = $program.ResolveLinkTarget($true)
                    if ($target) { $target.DirectoryName } else { $program.DirectoryName }
                }
            }
        }
    )
    foreach ($candidate in $candidates) {
        if ($candidate -and [System.IO.Directory]::Exists("$candidate/sdk") -and [System.IO.Directory]::Exists("$candidate/shared")) {
            return $candidate
        }
    }
    throw 'No .NET SDK was found to serve as the source. Name a folder with -Folder.'
}

function Test-Fact([string] $Name, [bool] $Holds, [string] $Found) {
    if ($Holds) {
        "  ok      $Name"
    } else {
        $script:failed++
        "  FAILED  $Name ($Found)"
    }
}

$failed = 0
$clock = [System.Diagnostics.Stopwatch]::StartNew()
$homeBefore = $env:OSSMIGRATION_HOME
$work = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "ossmigration-rehearsal-$([guid]::NewGuid().ToString('n').Substring(0, 8))")
$sandbox = $null
try {
    $source = if ($Folder) { $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Folder) } else { Find-DotnetFolder }
    $null = [System.IO.Directory]::CreateDirectory("$work/oss")
    $env:OSSMIGRATION_HOME = "$work/home"

    $sandbox = Start-MigrationSandbox -SourceFolder $source -DestinationFolder "$work/oss"
    "Source       $($sandbox.Source)  at $($sandbox.S3Endpoint)  serves $source"
    "Destination  $($sandbox.Destination)  at $($sandbox.OssEndpoint)  keeps its objects in $work/oss"

    ''
    '=== Full migration'
    $job = New-MigrationJob -Name rehearsal -Source $sandbox.Source -Destination $sandbox.Destination
    $first = Start-OssMigration -Job $job -ErrorAction Continue
    $first | Out-Host

    '=== Comparison by checksums'
    $differences = 0
    Compare-MigrationData -Job $job | ForEach-Object {
        if ($differences++ -lt 20) { "  $($_.Status)  $([OssMigration.Views.Display]::Text($_.Key))  $($_.Reason)" }
    }
    $summary = Compare-MigrationData -Job $job -Summary
    $summary | Out-Host

    '=== The same job once more'
    $second = Start-OssMigration -Job $job -ErrorAction Continue
    $second | Out-Host

    '=== Checks'
    Test-Fact 'the first run is Complete' ($first.Status -eq 'Complete') "$($first.Status): $($first.Reason)"
    Test-Fact 'it found something to do' ($first.Copied.Objects -gt 0) "$($first.Copied)"
    Test-Fact 'listed and settled are equal, counted apart' $first.Reconciled "$($first.Listed) listed, $($first.Outcomes) settled"
    Test-Fact 'the comparison is complete and clean' $summary.IsClean "$($summary.Same) same of $($summary.Listed)"
    Test-Fact 'it compared what was migrated' ($summary.Listed.Objects -eq $first.Listed.Objects) "$($summary.Listed) and $($first.Listed)"
    Test-Fact 'it found 0 differences' ($differences -eq 0 -and $summary.DestinationOnly.Objects -eq 0) "$differences differences, $($summary.DestinationOnly) at the destination only"
    Test-Fact 'it downloaded 0 bytes from the destination' ($summary.DestinationUsage.BytesRead -eq 0) "$($summary.DestinationUsage.BytesRead) bytes"
    Test-Fact 'the second run is Complete and reconciled' ($second.Status -eq 'Complete' -and $second.Reconciled) "$($second.Status): $($second.Reason)"
    Test-Fact 'it copied 0 objects' ($second.Copied.Objects -eq 0) "$($second.Copied)"
} finally {
    if ($sandbox) { $sandbox | Stop-MigrationSandbox }
    $env:OSSMIGRATION_HOME = $homeBefore
    try {
        if ([System.IO.Directory]::Exists($work)) { [System.IO.Directory]::Delete($work, $true) }
    } catch {
        "Could not remove ${work}: $($_.Exception.InnerException.Message)"
    }
}

''
$took = [OssMigration.Views.Display]::Span($clock.Elapsed)
if ($failed -gt 0) {
    "The rehearsal FAILED: $failed of the checks above, after $took."
    exit 1
}
"The rehearsal succeeded in $took."
exit 0
