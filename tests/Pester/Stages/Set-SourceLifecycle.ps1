Set-MigrationJob photos -CutoverTime ([System.DateTimeOffset]::UtcNow)
$null = Start-OssMigration photos
