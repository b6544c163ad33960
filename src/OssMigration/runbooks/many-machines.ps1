<#
.SYNOPSIS
Runs one migration job on two or more hosts, and proves it.

.DESCRIPTION
One host has the job and coordinates it (-Role Coordinator); every other host works for it (-Role Worker) and may join and
leave at any time. All of them reach a RabbitMQ broker, for example a rented one, by outgoing connections only; they need
not reach each other. The account at the broker comes from the environment variables OSSMIGRATION_QUEUE_USER and
OSSMIGRATION_QUEUE_PASSWORD of each host. The keys of the buckets are each host's own: make the job's addresses with
-EnvironmentPrefix or -ProfileName, so that every host finds its keys under that name.

The job's limits (Set-MigrationJob) hold for all hosts together; Stop-OssMigration on the coordinator's host stops them all.
When the coordinator's host is lost, the workers go on with what is in the queue; start the same line again. With -StateUri the job's
journal is kept in a bucket as well, and the same line on any other host goes on from there.

The exit code is that of the run: 0 complete, 2 with exceptions, 3 incomplete; 1 after an error. A worker's is 0.

.EXAMPLE
./many-machines.ps1 -Role Coordinator -Job photos -Queue amqps://broker.example.com/migration

On the first host, where New-MigrationJob made the job.

.EXAMPLE
./many-machines.ps1 -Role Worker -Job photos -Queue amqps://broker.example.com/migration

On the second host, and on as many more as pay.
#>
[CmdletBinding()]
param(
    # What this host does.
    [Parameter(Mandatory)]
    [ValidateSet('Coordinator', 'Worker')]
    [string] $Role,

    # The job's name.
    [Parameter(Mandatory)]
    [string] $Job,

    # The broker.
    [Parameter(Mandatory)]
    [string] $Queue,

    # Ends this host's part cleanly after this time, for hosts that are only lent.
    [TimeSpan] $TimeBudget,

    # Leaves the copying to the workers.
    [switch] $CoordinateOnly,

    # Where the job's state is kept as well, so that another host may coordinate when this one is lost: an address or its URI.
    $StateUri
)

$ErrorActionPreference = 'Stop'
$common = @{ Job = $Job; Queue = $Queue; InformationAction = 'Continue' }
if ($PSBoundParameters.ContainsKey('TimeBudget')) {
    $common.TimeBudget = $TimeBudget
}

if ($StateUri -and $Role -eq 'Coordinator') {
    $common.StateUri = $StateUri
}

if ($Role -eq 'Worker') {
    Start-OssMigrationWorker @common
    exit 0
}

# An incremental job gives the report of each of its runs.
$last = $null
Start-OssMigrationCoordinator @common -CoordinateOnly:$CoordinateOnly -ErrorAction Continue | ForEach-Object { ($last = $_) }
if ($null -eq $last) {
    exit 0
}
if ($last.ExitCode -eq 0) {
    Compare-MigrationData $Job -Summary
}
exit $last.ExitCode
