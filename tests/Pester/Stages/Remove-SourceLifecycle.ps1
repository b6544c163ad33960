Set-MigrationJob photos -CutoverTime ([System.DateTimeOffset]::UtcNow)
$null = Start-OssMigration photos
$null = Compare-MigrationData photos -Summary | Set-SourceLifecycle
