<#
.SYNOPSIS
    Moves a business from its old object store to Alibaba Cloud OSS while it keeps running, in five steps.
.DESCRIPTION
    1  Everything is migrated and compared.
    2  A mirroring rule is set on OSS and proved, so that readers of OSS get objects that have not arrived yet.
    3  Increments follow until little is left. Then the business stops to change existing keys, a last pass finds nothing stale, and
       the business switches to OSS.
    4  What is left is migrated and compared; nothing that the business wrote at OSS is overwritten. The mirroring rule goes.
    5  The source is emptied by a lifecycle rule, one day after the validated end.

    Stop it at any time, by Ctrl-C, a reboot or -TimeBudget, and start it again with the same parameters on the same machine: it looks
    where the job stands and goes on from there. It asks before the cut-over and before the clean-up; hooks and -Force replace the
    questions. Each decision is printed with the facts it rests on.

    The exit code is 0 when all that could be done now is done, 2 when something needs a look first, 3 when the time budget
    ended it, 1 on an error.
.PARAMETER Job
    Name of the job. It is made by the first start and found again by later ones.
.PARAMETER Source
    Where the objects come from: an address or its URI. Needed by the first start only.
.PARAMETER Destination
    The OSS bucket they go to. Needed by the first start only.
.PARAMETER JobOption
    Further parameters of New-MigrationJob, as a hashtable: @{ LinkBandwidth = '250Mbps'; ReserveForBusiness = '50Mbps' }.
.PARAMETER MirrorOption
    Further parameters of Set-OssMirrorRule, as a hashtable: @{ OriginCredential = $readOnlyKey }.
.PARAMETER NoMirror
    Sets no mirroring rule. Then the business must stand still from the last pass to the end of step 4.
.PARAMETER CutoverOption
    Further parameters of Test-OssCutover, as a hashtable: @{ BusinessLists = $true; CreateProbe = $true }. CreateProbe lets the mirroring
    rule be proved when everything has arrived and there is nothing left that OSS could fetch; it needs the right to write at the source.
.PARAMETER MaximumRemoved
    Most objects that the last pass before the cut-over removes at OSS because the business deleted them at the source since they were
    migrated. Default: one in ten; where there are more, none is removed and the cut-over is refused.
.PARAMETER OnFreeze
    Runs when the business shall stop to change or delete existing keys (new keys may go on). Without it you are asked.
.PARAMETER OnSwitch
    Runs when the business shall read and write at OSS. Without it you are asked. It runs once more where the runbook was ended
    right after the moment of cut-over, so it must not mind. A key that was new since the freeze is best not overwritten at OSS
    before it has arrived: nothing could prove who wrote it, and step 5 refuses (about_OssMigration_Proof).
.PARAMETER OnArrived
    Runs when everything has arrived and the mirroring rule is gone: deletions at OSS may begin.
.PARAMETER MaximumIncrement
    Most increments before the cut-over. An increment that copies nothing, or as much as the one before, is the last one earlier.
.PARAMETER IncrementPause
    Time between increments.
.PARAMETER KeepSource
    Leaves out step 5.
.PARAMETER CleanupDate
    When the lifecycle rule fires. Default: the first midnight UTC on or after one day past the last comparison.
.PARAMETER AcceptSuperseded
    Step 5 accepts objects that the business overwrote or deleted at OSS since the cut-over: their last state is at OSS.
.PARAMETER TimeBudget
    Ends cleanly after this time, to be started again. At most, and by default, 40 days.
.PARAMETER Force
    Asks nothing. The hooks then do what the questions ask for.
.EXAMPLE
    seamless-migration.ps1 -Job my-move -Source $source -Destination $destination -JobOption @{ LinkBandwidth = '250Mbps'; ReserveForBusiness = '50Mbps' }
.EXAMPLE
    seamless-migration.ps1 -Job my-move
    Goes on where the job stands.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)]
    [string] $Job,
    [object] $Source,
    [object] $Destination,
    [hashtable] $JobOption = @{},
    [hashtable] $MirrorOption = @{},
    [switch] $NoMirror,
    [hashtable] $CutoverOption = @{},
    [ValidateRange(0, [long]::MaxValue)]
    [Nullable[long]] $MaximumRemoved,
    [scriptblock] $OnFreeze,
    [scriptblock] $OnSwitch,
    [scriptblock] $OnArrived,
    [ValidateRange(0, 1000)]
    [int] $MaximumIncrement = 5,
    [timespan] $IncrementPause = '00:00:00',
    [switch] $KeepSource,
    [Nullable[DateTimeOffset]] $CleanupDate,
    [switch] $AcceptSuperseded,
    [timespan] $TimeBudget = '40.00:00:00',
    [switch] $Force
)

$ErrorActionPreference = 'Stop'
$clock = [System.Diagnostics.Stopwatch]::StartNew()

function Format-Size([double] $Bytes) { [OssMigration.Views.Display]::Size($Bytes) }
function Format-Time([object] $Moment) { [OssMigration.Views.Display]::Time($Moment) }

# A hook does what would be asked for, so only its absence is a question.
function Confirm-Step([string] $Title, [string] $Question, [scriptblock] $Hook) {
    if ($Hook -or $Force) { return $true }
    $PSCmdlet.ShouldContinue($Question, $Title)
}

function Get-TimeLeft {
    $left = $TimeBudget - $clock.Elapsed
    if ($left -lt [timespan]::FromSeconds(1)) { return [timespan]::FromSeconds(1) }
    $left
}

# The job's own rule: others may stand in the bucket, for the same prefix too.
function Find-MirrorRule {
    $prefix = "$($status.Destination.Prefix)$($status.Prefix)"
    Get-OssMirrorRule -Job $Job | Where-Object { [string]::Equals($_.Prefix, $prefix, 'Ordinal') -and -not $_.Suffix -and -not $_.Condition }
}

# What ends the runbook after a run; nothing where it goes on.
function Find-End($Report, [switch] $IsAfterCutover) {
    if ($Report.Status -eq 'Incomplete') {
        if ($clock.Elapsed -ge $TimeBudget) { return @{ Code = 3; Why = 'The time budget is used up. The same command goes on here.' } }
        return @{ Code = 2; Why = "The run is not complete: $($Report.Reason)" }
    }
    # After the cut-over a conflict is the business's own work; the comparison tells what it means.
    $left = if ($IsAfterCutover) { $Report.Failed.Objects } else { $Report.Failed.Objects + $Report.Conflict.Objects }
    if ($left -gt 0) { return @{ Code = 2; Why = "$left objects were not migrated; Get-MigrationItem -Job $Job names them and why. Mend it and start again." } }
}

# One run; objects that failed get a second chance.
function Invoke-Run([hashtable] $Option = @{}) {
    $report = Start-OssMigration -Job $Job -TimeBudget (Get-TimeLeft) -ErrorAction SilentlyContinue -Confirm:$false @Option
    if ($report.Status -eq 'CompleteWithExceptions' -and $report.Failed.Objects -gt 0) {
        $report
        return Start-OssMigration -Job $Job -FailedOnly -TimeBudget (Get-TimeLeft) -ErrorAction Continue -Confirm:$false
    }
    $report
}

$end = $null
:steps foreach ($once in 1) {
    $status = Get-MigrationJob | Where-Object { $_.Name -eq $Job }
    if (-not $status) {
        if (-not $Source -or -not $Destination) {
            $end = @{ Code = 1; Why = "There is no job '$Job' yet. Give -Source and -Destination with the first start." }
            break steps
        }
        $status = New-MigrationJob -Name $Job -Source $Source -Destination $Destination @JobOption
        "Made job '$Job': $($status.Source) -> $($status.Destination)."
    } else {
        "Found job '$Job': $($status.Source) -> $($status.Destination)."
    }
    $isCutOver = $status.CutoverTime -and $status.CutoverTime -le [DateTimeOffset]::UtcNow

    # A rule that stands is watched first, wherever else the job is.
    $cleanup = if ($isCutOver -and -not $KeepSource) { Get-SourceLifecycle -Job $Job -CheckLateWrites }
    if ($cleanup) {
        ''
        '=== Step 5: clean-up of the source, the rule stands'
        $cleanup | Out-Host
        if ($cleanup.IsDone) {
            # A date rule goes on deleting whatever is written there later.
            Remove-SourceLifecycle -Job $Job -Confirm:$false
            $end = @{ Code = 0; Why = 'The source is empty, and the rule is removed. The move is over.' }
            break steps
        }
        if ($cleanup.LateWrites -gt 0) {
            Remove-SourceLifecycle -Job $Job -Confirm:$false
            "The rule is withdrawn: $($cleanup.LateWrites) objects were written at the source since the comparison. Find out who writes there; the next start migrates them and compares again."
            $end = @{ Code = 2; Why = 'Nothing is deleted at the source.' }
            break steps
        }
        $end = @{ Code = 0; Why = "Nothing was written at the source since the comparison. The rule fires at $(Format-Time $cleanup.Date); start this again shortly before." }
        break steps
    }

    if (-not $isCutOver) {
        ''
        '=== Step 1: everything is migrated and compared'
        $reports = @(Get-MigrationReport -Job $Job)
        if ($reports.Count -eq 0 -or $reports[-1].Status -eq 'Incomplete') {
            Invoke-Run | ForEach-Object { $_ | Out-Host; $report = $_ }
            if ($end = Find-End $report) { break steps }
        } else {
            "Run $($reports[-1].Run) ended at $(Format-Time $reports[-1].EndedAt) with $($reports[-1].Status); increments follow in step 3."
        }
        $comparison = Compare-MigrationData -Job $Job -Summary
        $comparison | Out-Host
        # Objects that changed since they were copied belong to the next increment; what differs though it did not change is mended now.
        $wrong = $comparison.Unproved.Objects
        if ($wrong -gt 0) {
            Compare-MigrationData -Job $Job -Level Content | Where-Object { $_.Status -eq 'Different' } | Start-OssMigration -Job $Job -Confirm:$false | Out-Host
        }

        ''
        '=== Step 2: OSS fetches what has not arrived yet'
        if ($NoMirror) {
            'Left out by -NoMirror. Between the last pass and the end of step 4 readers of OSS do not find what has not arrived.'
        } else {
            if (-not (Find-MirrorRule)) {
                Set-OssMirrorRule -Job $Job -Confirm:$false @MirrorOption
            }
            Find-MirrorRule | Out-Host
        }

        ''
        '=== Step 3: increments, and the switch'
        $before = [long]::MaxValue
        for ($increment = 1; $increment -le $MaximumIncrement; $increment++) {
            Invoke-Run | ForEach-Object { $_ | Out-Host; $report = $_ }
            if ($end = Find-End $report) { break steps }
            $bytes = $report.Copied.Bytes
            "Increment ${increment}: $($report.Copied.Objects) objects, $(Format-Size $bytes), in $([OssMigration.Views.Display]::Span($report.Duration))."
            if ($bytes -eq 0 -or $bytes -ge $before) {
                'More increments would not make the last one smaller.'
                break
            }
            $before = $bytes
            if ($IncrementPause -gt [timespan]::Zero) { [System.Threading.Thread]::Sleep($IncrementPause) }
        }

        $question = 'From now on the business must not change or delete objects that exist at the source; new ones may be written. Has it stopped?'
        if (-not (Confirm-Step 'Writes to existing objects stop' $question $OnFreeze)) {
            $end = @{ Code = 2; Why = 'Nothing was switched. Start this again when the business can stop to change existing objects.' }
            break steps
        }
        if ($OnFreeze) { $null | ForEach-Object -Process $OnFreeze }
        $stoppedAt = [DateTimeOffset]::UtcNow
        "Writes to existing objects have stopped at $(Format-Time $stoppedAt)."
        $removal = @{ RemoveDeleted = $true }
        if ($null -ne $MaximumRemoved) { $removal.MaximumRemoved = $MaximumRemoved }
        Invoke-Run $removal | ForEach-Object { $_ | Out-Host; $report = $_ }
        if ($end = Find-End $report) { break steps }

        if ($NoMirror) { $CutoverOption.SkipMirror = $true }
        $check = Test-OssCutover -Job $Job -WritesStoppedAt $stoppedAt -Detailed @CutoverOption
        $check | Out-Host
        if (-not $check.IsReady) {
            $end = @{ Code = 2; Why = 'The business was not switched; the conditions above say what is missing. Let it change existing objects again, mend it, and start again.' }
            break steps
        }
        $question = 'All conditions are met. From now on nothing at OSS is overwritten by the migration, and the business reads and writes there. Switch?'
        if (-not (Confirm-Step 'Cut-over' $question $OnSwitch)) {
            $end = @{ Code = 2; Why = 'Nothing was switched. Let the business change existing objects again, and start again.' }
            break steps
        }
        # The moment comes before the first write of the business at OSS.
        $status = Set-MigrationJob -Job $Job -CutoverTime ([DateTimeOffset]::UtcNow) -Confirm:$false -PassThru
        "Cut-over at $(Format-Time $status.CutoverTime)."
        if ($OnSwitch) { $null | ForEach-Object -Process $OnSwitch }
    } elseif (-not (Get-MigrationReport -Job $Job | Where-Object { $_.StartedAt -ge $status.CutoverTime })) {
        # The runbook may have been ended between the moment of cut-over and the switch itself.
        $question = "The cut-over was at $(Format-Time $status.CutoverTime). Does the business read and write at OSS?"
        if (-not (Confirm-Step 'Cut-over' $question $OnSwitch)) {
            $end = @{ Code = 2; Why = 'Switch the business to OSS, and start again.' }
            break steps
        }
        if ($OnSwitch) { $null | ForEach-Object -Process $OnSwitch }
    }

    ''
    '=== Step 4: what is left is migrated and compared'
    for ($pass = 1; $pass -le 2 + $MaximumIncrement; $pass++) {
        Invoke-Run | ForEach-Object { $_ | Out-Host; $report = $_ }
        if ($end = Find-End $report -IsAfterCutover) { break steps }
        if ($report.Copied.Objects -eq 0) { break }
    }
    $comparison = Compare-MigrationData -Job $Job -Summary
    $comparison | Out-Host
    $open = $comparison.Different.Objects + $comparison.SourceOnly.Objects + $comparison.Unproved.Objects
    if ($open -gt 0 -or -not $comparison.IsComplete) {
        $end = @{ Code = 2; Why = "$open objects are not proved to be at OSS; Compare-MigrationData -Job $Job names them. The source is left as it is." }
        break steps
    }
    if (Find-MirrorRule) {
        Remove-OssMirrorRule -Job $Job -Confirm:$false
        'Everything has arrived. The mirroring rule is removed, so that what the business deletes at OSS stays deleted.'
    }
    if ($OnArrived) { $null | ForEach-Object -Process $OnArrived }

    ''
    '=== Step 5: clean-up of the source'
    if ($KeepSource) {
        $end = @{ Code = 0; Why = 'Left out by -KeepSource. The move is done; the source stands as it is.' }
        break steps
    }
    $rule = @{ AcceptSuperseded = $AcceptSuperseded }
    if ($CleanupDate) { $rule.Date = $CleanupDate }
    # Deletions may have begun with the step before, so the proof is made anew.
    $comparison = Compare-MigrationData -Job $Job -Summary
    $comparison | Out-Host
    $comparison | Set-SourceLifecycle -WhatIf @rule
    $question = 'The lifecycle rule above deletes the objects of the source on its date. Until then Remove-SourceLifecycle withdraws it. Set it?'
    if (-not (Confirm-Step 'Clean-up of the source' $question)) {
        $end = @{ Code = 2; Why = 'The source stands as it is. Start this again to clean it up.' }
        break steps
    }
    $comparison | Set-SourceLifecycle -Confirm:$false @rule | Out-Host
    $end = @{ Code = 0; Why = 'The move is done. Start this again shortly before the date of the rule: it lists the source once more and withdraws the rule if somebody still writes there.' }
}

''
$end.Why
exit $end.Code
