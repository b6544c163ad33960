<#
.SYNOPSIS
    Rehearses the whole move of a live business on this machine: real files, real protocols, a shaped line; no cloud and no account.
.DESCRIPTION
    Starts the sandbox with an S3 side that holds files of the .NET SDK's folder (about 1,100 of them, 520 MB: the larger ones, as the
    yardstick's objects are larger still, and 500 small ones for the business) and an empty OSS side, both behind one line of 25 MB/s
    and 20 ms. A live business reads, writes and deletes there all the time and needs a fifth of the
    line. The runbook seamless-migration then moves it, with the business switching when it is told to: migration, mirroring rule,
    increments, cut-over, deletion of the source. In the end every object that the business touched is looked at.
    A table shows what was promised and what was measured. The exit code is 0 when all of it holds, 4 when only promises about the
    line do not (they are measured beside whatever else this machine does), and 1 when anything else does not.
    It needs some 2 GB of temporary disk, and removes all that it made.
.PARAMETER Folder
    Copies all of this folder instead of files of the .NET SDK's. It is only read.
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

# The business works with small objects: a large one would measure the line and not the wait for it.
$largestRead = 64000

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

function Copy-Folder([string] $From, [string] $To, [switch] $All) {
    $small = 0
    foreach ($path in [System.IO.Directory]::EnumerateFiles($From, '*', [System.IO.SearchOption]::AllDirectories)) {
        $file = [System.IO.FileInfo]::new($path)
        $isWanted = $All -or $file.Length -ge 128KB
        if (-not $isWanted -and $small -lt 500 -and $file.Length -gt 8KB -and $file.Length -lt $largestRead) {
            $small++
            $isWanted = $true
        }
        if (-not $isWanted) { continue }
        $copy = [System.IO.Path]::Combine($To, [System.IO.Path]::GetRelativePath($From, $path))
        $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($copy))
        $null = $file.CopyTo($copy)
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

# One line of the table. -Line: a promise about the line, measured beside whatever else the machine does.
function Test-Promise([string] $Promise, [string] $Measured, [string] $Limit, [bool] $Holds, [switch] $Line) {
    if (-not $Holds) {
        if ($Line) { $script:missed++ } else { $script:broken++ }
    }
    '  {0,-7} {1,-60} {2,-34} {3}' -f $(if ($Holds) { 'kept' } else { 'BROKEN' }), $Promise, $Measured, $Limit
}

$broken = 0
$missed = 0
$clock = [System.Diagnostics.Stopwatch]::StartNew()
$homeBefore = $env:OSSMIGRATION_HOME
$work = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "ossmigration-rehearsal-$([guid]::NewGuid().ToString('n').Substring(0, 8))")
$sandbox = $null
try {
    $origin = if ($Folder) { $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Folder) } else { Find-DotnetFolder }
    if (-not [System.IO.Directory]::Exists($origin)) { throw "The folder to be copied does not exist: $origin" }
    $null = [System.IO.Directory]::CreateDirectory("$work/oss")
    $null = [System.IO.Directory]::CreateDirectory("$work/source")
    $env:OSSMIGRATION_HOME = "$work/home"
    "Copying $origin for the old provider ..."
    Copy-Folder $origin "$work/source" -All:([bool] $Folder)

    $sandbox = Start-MigrationSandbox -SourceFolder "$work/source" -DestinationFolder "$work/oss" -LinkBandwidth $line -LinkLatency '00:00:00.020'
    "Old provider  $($sandbox.Source)"
    "OSS           $($sandbox.Destination)"
    "The line      $([OssMigration.Views.Display]::Rate($line)) and 20 ms; the business needs $([OssMigration.Views.Display]::Rate($need)) of it"

    ''
    '=== The business alone'
    $null = $sandbox.Tell('/business', @{
            source = @{ bucket = 'source'; prefix = '' }
            destination = @{ bucket = 'destination'; prefix = '' }
            operationsPerSecond = 110
            largestReadBytes = $largestRead
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
        MirrorOption = @{ Origin = "$($sandbox.S3Endpoint)source/"; OriginCredential = $sandbox.S3Credential; OriginRegion = $sandbox.S3Region; AllowPrivateOrigin = $true }
        OnFreeze = { Set-Phase frozen }
        OnSwitch = { Set-Phase oss }
        OnArrived = { Set-Phase settled }
        MaximumIncrement = 2
        # What the business deletes meanwhile may be more than a tenth of a small folder.
        MaximumRemoved = 10000
        AcceptSuperseded = $true
        Force = $true
    }
    & "$PSScriptRoot/seamless-migration.ps1" @move
    $moveCode = $LASTEXITCODE
    $reports = @(Get-MigrationReport -Job rehearsal)
    # The pipe fills at the beginning, when nothing is there to be written, and runs empty at the end.
    $bulk = Get-Span $reports[0].StartedAt $reports[0].EndedAt
    $steadyFrom = $reports[0].StartedAt.AddSeconds(8)
    $steadyTo = $reports[0].EndedAt.AddSeconds(-4)
    $steady = if ($steadyTo -gt $steadyFrom) { Get-Span $steadyFrom $steadyTo } else { $bulk }

    ''
    '=== The day of the clean-up comes'
    & "$PSScriptRoot/seamless-migration.ps1" -Job rehearsal -AcceptSuperseded -Force
    $watchCode = $LASTEXITCODE
    $deleted = 0
    # Where the move ended early there is none, and the table says so.
    $rule = Get-SourceLifecycle -Job rehearsal
    if ($rule) {
        $null = $sandbox.Tell('/clock', @{ side = 's3'; utcNow = $rule.Date.AddHours(1).ToString('o', [cultureinfo]::InvariantCulture) })
        $deleted = $sandbox.Tell('/lifecycle/run', @{ side = 's3' }).deleted
    }
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
    $worst = [Math]::Min($steady.link.otherDownShare, $steady.link.otherUpShare)
    $ratio = if ($alone.latency.p95 -gt 0) { $bulk.latency.p95 / $alone.latency.p95 } else { [double]::PositiveInfinity }
    Test-Promise 'The five steps were done' "exit codes $moveCode and $watchCode" '0 and 0' ($moveCode -eq 0 -and $watchCode -eq 0)
    Test-Promise 'No read failed' "$($total.failedReads) of $($total.reads)" '0' ($total.failedReads -eq 0 -and $total.reads -gt 0)
    Test-Promise 'No write or delete failed' "$($total.failedWrites + $total.failedDeletes) of $($total.creates + $total.overwrites + $total.deletes)" '0' (($total.failedWrites + $total.failedDeletes) -eq 0)
    Test-Promise 'No object is lost' "$($found.lost) of $($found.checked)" '0' ($found.lost -eq 0 -and $found.unread -eq 0 -and $found.checked -gt 0)
    Test-Promise 'No write of the business is clobbered' "$($found.clobbered) of $($found.touched)" '0' ($found.clobbered -eq 0 -and $found.touched -gt 0)
    Test-Promise 'No deleted object is back' "$($found.resurrected) of $($found.deleted)" '0' ($found.resurrected -eq 0 -and $found.deleted -gt 0)
    Test-Promise 'The business gets its need in every second of the bulk copy' "$($bulk.need.shortSeconds) of $($bulk.need.seconds) seconds short" '0 short' ($bulk.need.shortSeconds -eq 0 -and $bulk.need.seconds -ge 10) -Line
    Test-Promise "The migration uses the rest ($([OssMigration.Views.Display]::Size($rest))/s) once the pipe is full" "$(Format-Share $steady.link.otherDownShare) down, $(Format-Share $steady.link.otherUpShare) up" 'at least 90 %' ($worst -ge 0.9) -Line
    Test-Promise 'The latency of 95 % of the requests, beside that alone' "$(Format-Milliseconds $bulk.latency.p95) to $(Format-Milliseconds $alone.latency.p95) ($([Math]::Round($ratio, 2)) x)" 'at most 1.5 x' ($ratio -le 1.5) -Line
    Test-Promise 'It was measured on enough requests' "$($bulk.latency.count) and $($alone.latency.count)" "at least $fewestRequests" ([Math]::Min($bulk.latency.count, $alone.latency.count) -ge $fewestRequests) -Line
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
if ($missed -gt 0) {
    "The rehearsal kept its promises about the data, and MISSED $missed about the line, after $took."
    exit 4
}
"The rehearsal succeeded in $took."
exit 0
