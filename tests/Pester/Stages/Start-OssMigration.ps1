# A place for the job's state.
$null = [System.IO.Directory]::CreateDirectory("$folder/state")
$state = New-MigrationAddress "file://$folder/state"
