# A whole job from a real S3 server to the sandbox's OSS side, for the Shell or any PowerShell 7 with the module:
# migrate, compare, compare the content, run again. Prints "ok NAME" or "FAILED NAME: what was found" for each check.
#
# Reads SOURCE_URI, SOURCE_ENDPOINT, SOURCE_REGION, SOURCE_ACCESS_KEY_ID, SOURCE_ACCESS_KEY_SECRET, the same with DESTINATION_,
# and EXPECTED_OBJECTS and EXPECTED_BYTES. tests/servers/ceph-to-oss.sh sets them.
$ErrorActionPreference = 'Stop'
$failed = 0

function Test-Fact([string] $Name, [bool] $Holds, [string] $Found) {
    if ($Holds) { "ok ceph-to-oss: $Name" }
    else { $script:failed++; "FAILED ceph-to-oss: ${Name}: $Found" }
}

$objects = [long] $env:EXPECTED_OBJECTS
$bytes = [long] $env:EXPECTED_BYTES
$source = New-MigrationAddress -Uri $env:SOURCE_URI -Endpoint $env:SOURCE_ENDPOINT -Region $env:SOURCE_REGION -EnvironmentPrefix SOURCE
$destination = New-MigrationAddress -Uri $env:DESTINATION_URI -Endpoint $env:DESTINATION_ENDPOINT -Region $env:DESTINATION_REGION -EnvironmentPrefix DESTINATION

Test-Fact 'the source can be used' (Test-MigrationAddress $source -As Source) 'see the warnings'
Test-Fact 'the destination can be used' (Test-MigrationAddress $destination -As Destination) 'see the warnings'

$job = New-MigrationJob -Name ceph-to-oss -Source $source -Destination $destination
$first = Start-OssMigration -Job $job
$first
Test-Fact 'the first run is Complete' ($first.Status -eq 'Complete') "$($first.Status) $($first.Reason)"
Test-Fact 'it lists every object and byte' ($first.Listed.Objects -eq $objects -and $first.Listed.Bytes -eq $bytes) "$($first.Listed)"
Test-Fact 'it copies all of them' ($first.Copied -eq $first.Listed) "$($first.Copied)"
Test-Fact 'both counts agree' $first.Reconciled "$($first.Listed) listed, $($first.Outcomes) settled"

$summary = Compare-MigrationData -Job $job -Summary
$summary
Test-Fact 'a comparison by checksums is clean' ($summary.IsClean -and $summary.Same.Objects -eq $objects) "$($summary.Same) same, $($summary.Different) different, $($summary.Unproved) unproved"
Test-Fact 'it downloads nothing from the destination' ($summary.DestinationUsage.BytesRead -eq 0) "$($summary.DestinationUsage.BytesRead) bytes"
$differences = @(Compare-MigrationData -Job $job)
Test-Fact 'it streams no difference' ($differences.Count -eq 0) "$($differences.Count), first $($differences[0])"
$content = Compare-MigrationData -Job $job -Level Content -Summary
Test-Fact 'a comparison of the content is clean' ($content.IsClean -and $content.Same.Objects -eq $objects) "$($content.Same) same, $($content.Different) different"
Test-Fact 'it reads both sides' ($content.SourceUsage.BytesRead -ge $bytes -and $content.DestinationUsage.BytesRead -ge $bytes) "$($content.SourceUsage.BytesRead) and $($content.DestinationUsage.BytesRead) bytes"

$second = Start-OssMigration -Job $job
$second
Test-Fact 'the second run is Complete' ($second.Status -eq 'Complete') "$($second.Status) $($second.Reason)"
Test-Fact 'it copies nothing' ($second.Copied.Objects -eq 0 -and $second.Skipped.Objects -eq $objects) "$($second.Copied) copied, $($second.Skipped) skipped"

exit [int]($failed -gt 0)
