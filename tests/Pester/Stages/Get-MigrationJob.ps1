# The job's state, where another machine would find it.
$null = [System.IO.Directory]::CreateDirectory("$folder/state")
$state = New-MigrationAddress "file://$folder/state"
$null = Start-OssMigration photos -StateUri $state
