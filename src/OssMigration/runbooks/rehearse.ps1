<#
.SYNOPSIS
    Rehearses the whole move of a live business on this machine: real files, real protocols, a shaped line; no cloud and no account.
.DESCRIPTION
    Starts the sandbox with an S3 side that holds a copy of the .NET SDK's folder (about 4,900 files, 620 MB) and an empty OSS side,
    both behind one line of 25 MB/s and 20 ms. A live business reads, writes and deletes there all the time and needs a fifth of the
    line. The runbook seamless-migration then moves it, with the business switching when it is told to: migration, mirroring rule,
    increments, cut-over, deletion of the source. In the end every object that the business touched is looked at.
    A table shows what was promised and what was measured. The exit code is 0 when all of it holds and 1 when something does not.
    It needs some 2 GB of temporary disk, and removes all that it made.
.PARAMETER Folder
    Copies this folder instead of the .NET SDK's. It is only read.
.PARAMETER NoReserve
    Lets the migration take the whole line, to see the table fail.
.EXAMPLE
    dotnet run -c Release --project src/OssMigration.Shell -- rehearse
.EXAMPLE
    ./rehearse.ps1 -Folder /srv/pictures
    In any PowerShell 7 with the module imported, beside a build.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [string] $Folder,

    [switch] $NoReserve
)

$ErrorActionPreference = 'Stop'

# The line, and the part of it that the business needs: the yardstick's 50 of 250 Mbit/s.
$line = 25000000
$need = 5000000
$fewestRequests = 2000

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

function Copy-Folder([string] $From, [string] $To) {
    foreach ($file in [System.IO.Directory]::EnumerateFiles($From, '*', [System.IO.SearchOption]::AllDirectories)) {
        $copy = [System.IO.Path]::Combine($To, [System.IO.Path]::GetRelativePath($From, $file))
        $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($copy))
        [System.IO.File]::Copy($file, $copy)
    }
}

function Set-Phase([string] $Phase) {
    $null = $sandbox.Tell('/business/phase', @{ phase = $Phase })
    "The business: $Phase."
}

# The numbers of the business between two moments.
function Get-Span([DateTimeOffset] $From, [DateTimeOffset] $To) {
    $moments = foreach ($moment in $From, $To) { [uri]::EscapeDataString($moment.ToUniversalTime().ToString('o', [cultureinfo]::InvariantCulture)) }
    $sandbox.Ask("/business?from=$($moments[0])&to=$($moments[1])").span
}

function Wait-Business([DateTimeOffset] $Since, [int] $Operations) {
    do {
        [System.Threading.Thread]::Sleep(500)
        $now = [DateTimeOffset]::UtcNow
    } until ((Get-Span $Since $now).operations -ge $Operations)
    $now
}

function Format-Share([double] $Share) { [string]::Format([cultureinfo]::InvariantCulture, '{0:0.0} %', 100 * $Share) }
function Format-Milliseconds([double] $Value) { [string]::Format([cultureinfo]::InvariantCulture, '{0:0.0} ms', $Value) }

# One line of the table.
function Test-Promise([string] $Promise, [string] $Measured, [string] $Limit, [bool] $Holds) {
    if (-not $Holds) { $script:broken++ }
    '  {0,-7} {1,-58} {2,-32} {3}' -f $(if ($Holds) { 'kept' } else { 'BROKEN' }), $Promise, $Measured, $Limit
}

$broken = 0
$clock = [System.Diagnostics.Stopwatch]::StartNew()
$homeBefore = $env:OSSMIGRATION_HOME
$work = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "ossmigration-rehearsal-$([guid]::NewGuid().ToString('n').Substring(0, 8))")
$sandbox = $null
try {
    $origin = if ($Folder) { $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Folder) } else { Find-DotnetFolder }
    $null = [System.IO.Directory]::CreateDirectory("$work/oss")
    $null = [System.IO.Directory]::CreateDirectory("$work/source")
    $env:OSSMIGRATION_HOME = "$work/home"
    "Copying $origin for the old provider ..."
    Copy-Folder $origin "$work/source"

    $sandbox = Start-MigrationSandbox -SourceFolder "$work/source" -DestinationFolder "$work/oss" -LinkBandwidth $line -LinkLatency '00:00:00.020'
    "Old provider  $($sandbox.Source)"
    "OSS           $($sandbox.Destination)"
    "The line      $([OssMigration.Views.Display]::Rate($line)) and 20 ms; the business needs $([OssMigration.Views.Display]::Rate($need)) of it"

    ''
    '=== The business alone'
    $null = $sandbox.Tell('/business', @{
            source = @{ bucket = 'source'; prefix = '' }
            destination = @{ bucket = 'destination'; prefix = '' }
            operationsPerSecond = 100
            needBytesPerSecond = $need
        })
    Set-Phase source
    $aloneFrom = [DateTimeOffset]::UtcNow
    $aloneTo = Wait-Business $aloneFrom ($fewestRequests + 100)
    $alone = Get-Span $aloneFrom $aloneTo
    "$($alone.operations) requests in $([OssMigration.Views.Display]::Span($aloneTo - $aloneFrom)), 95 % of them within $(Format-Milliseconds $alone.latency.p95)."

    ''
    '=== seamless-migration'
    $limits = if ($NoReserve) { @{} } else { @{ LinkBandwidth = $line; ReserveForBusiness = $need } }
    $move = @{
        Job = 'rehearsal'
        Source = $sandbox.Source
        Destination = $sandbox.Destination
        JobOption = $limits
        MirrorOption = @{ Origin = "$($sandbox.S3Endpoint)source/"; OriginCredential = $sandbox.S3Credential; OriginRegion = $sandbox.S3Region }
        OnFreeze = { Set-Phase frozen }
        OnSwitch = { Set-Phase oss }
        OnArrived = { Set-Phase settled }
        MaximumIncrement = 2
        AcceptSuperseded = $true
        Force = $true
    }
    & "$PSScriptRoot/seamless-migration.ps1" @move
    $moveCode = $LASTEXITCODE
    $reports = @(Get-MigrationReport -Job rehearsal)
    $during = Get-Span $reports[0].StartedAt $reports[0].EndedAt

    ''
    '=== The day of the clean-up comes'
    & "$PSScriptRoot/seamless-migration.ps1" -Job rehearsal -AcceptSuperseded -Force
    $watchCode = $LASTEXITCODE
    $rule = Get-SourceLifecycle -Job rehearsal
    $null = $sandbox.Tell('/clock', @{ side = 's3'; utcNow = $rule.Date.AddHours(1).ToString('o', [cultureinfo]::InvariantCulture) })
    $deleted = $sandbox.Tell('/lifecycle/run', @{ side = 's3' }).deleted
    $left = @([System.IO.Directory]::EnumerateFiles("$work/source", '*', [System.IO.SearchOption]::AllDirectories)).Count
    "$deleted objects were deleted at the old provider; $left are left."
    Set-Phase stopped
    $business = $sandbox.Ask('/business')
    $found = $sandbox.Tell('/business/verify', @{})
    $total = $business.total
    foreach ($text in @($total.failures) + @($found.first)) { if ($text) { "  $([OssMigration.Views.Display]::Text($text))" } }

    ''
    '=== What was promised, and what was measured'
    $rest = $line - $need
    $worst = [Math]::Min($during.link.otherDownShare, $during.link.otherUpShare)
    $ratio = if ($alone.latency.p95 -gt 0) { $during.latency.p95 / $alone.latency.p95 } else { [double]::PositiveInfinity }
    Test-Promise 'The five steps were done' "exit codes $moveCode and $watchCode" '0 and 0' ($moveCode -eq 0 -and $watchCode -eq 0)
    Test-Promise 'No read failed' "$($total.failedReads) of $($total.reads)" '0' ($total.failedReads -eq 0 -and $total.reads -gt 0)
    Test-Promise 'No write or delete failed' "$($total.failedWrites + $total.failedDeletes) of $($total.creates + $total.overwrites + $total.deletes)" '0' (($total.failedWrites + $total.failedDeletes) -eq 0)
    Test-Promise 'No object is lost' "$($found.lost) of $($found.checked)" '0' ($found.lost -eq 0 -and $found.unread -eq 0 -and $found.checked -gt 0)
    Test-Promise 'No write of the business is clobbered' "$($found.clobbered) of $($found.touched)" '0' ($found.clobbered -eq 0 -and $found.touched -gt 0)
    Test-Promise 'No deleted object is back' "$($found.resurrected) of $($found.deleted)" '0' ($found.resurrected -eq 0 -and $found.deleted -gt 0)
    Test-Promise 'The business gets its need in every second of the bulk copy' "$($during.need.shortSeconds) of $($during.need.seconds) seconds short" '0 short' ($during.need.shortSeconds -eq 0 -and $during.need.seconds -ge 10)
    Test-Promise "The migration uses the rest ($([OssMigration.Views.Display]::Rate($rest)))" "$(Format-Share $during.link.otherDownShare) down, $(Format-Share $during.link.otherUpShare) up" 'at least 90 %' ($worst -ge 0.9)
    Test-Promise 'The latency of 95 % of the requests, beside that alone' "$(Format-Milliseconds $during.latency.p95) to $(Format-Milliseconds $alone.latency.p95) ($([Math]::Round($ratio, 2)) x)" 'at most 1.5 x' ($ratio -le 1.5)
    Test-Promise 'It was measured on enough requests' "$($during.latency.count) and $($alone.latency.count)" "at least $fewestRequests" ([Math]::Min($during.latency.count, $alone.latency.count) -ge $fewestRequests)
    Test-Promise 'The source is empty, and its objects are at OSS' "$left left, $deleted deleted" '0 left' ($left -eq 0 -and $deleted -gt 0)
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
if ($broken -gt 0) {
    "The rehearsal FAILED: $broken of the promises above, after $took."
    exit 1
}
"The rehearsal succeeded in $took."
exit 0
