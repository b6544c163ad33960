# What the examples of the help stand on: a sandbox, the addresses of both ends, and the job "photos", which has run once.
# A file beside this one, named like a cmdlet, adds what the examples of that cmdlet need. Dot-sourced by whoever runs examples,
# with $folder set to an empty folder; Core cmdlets only.
$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'
$null = $ExecutionContext.SessionState.Path.SetLocation($folder)
$null = [System.IO.Directory]::CreateDirectory("$folder/pictures/raw/2024")
$null = [System.IO.Directory]::CreateDirectory("$folder/arrived")
foreach ($number in 1..12) {
    [System.IO.File]::WriteAllText("$folder/pictures/raw/2024/$number.jpg", "picture $number")
}
$sandbox = Start-MigrationSandbox -S3Bucket "photos=folder:$folder/pictures" -OssBucket photos-cn
$source = $sandbox.Source
$destination = $sandbox.Destination

# Nobody is there to be asked.
function Get-Credential { $sandbox.S3Credential }

$null = New-MigrationJob photos $source $destination
$stopped = [System.DateTimeOffset]::UtcNow
$null = Start-OssMigration photos
