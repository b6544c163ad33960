#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# A whole migration on the sandbox, as a user would script it.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-BuiltModule
    Use-TemporaryHome
    $pictures = Join-Path $TestDrive 'pictures'
    $null = New-Item -ItemType Directory (Join-Path $pictures 'sub')
    1..25 | ForEach-Object { Set-Content (Join-Path $pictures "picture-$_.txt") ("picture $_ " * $_) -NoNewline }
    Set-Content (Join-Path $pictures 'sub' 'ümläut and space.txt') 'x' -NoNewline
    $sandbox = Start-MigrationSandbox -SourceFolder $pictures
    $job = New-MigrationJob pictures $sandbox.Source $sandbox.Destination
}

AfterAll {
    $sandbox | Stop-MigrationSandbox
    Remove-TemporaryHome
}

Describe 'A migration' {
    It 'does nothing with -WhatIf' {
        Start-OssMigration $job -WhatIf
        (Get-MigrationJob pictures).State | Should -Be 'Created'
        Get-MigrationReport pictures | Should -BeNullOrEmpty
    }

    It 'copies everything and accounts for it' {
        $report = Start-OssMigration $job
        $report.Status | Should -Be 'Complete'
        $report.ExitCode | Should -Be 0
        $report.Listed.Objects | Should -Be 26
        $report.Copied.Objects | Should -Be 26
        $report.Reconciled | Should -BeTrue
    }

    It 'compares clean without downloading from the destination' {
        Compare-MigrationData $job | Should -BeNullOrEmpty
        $summary = Compare-MigrationData $job -Summary
        $summary.IsClean | Should -BeTrue
        $summary.DestinationUsage.BytesRead | Should -Be 0
    }

    It 'gives what is the same when asked, and stops early when enough is seen' {
        @(Compare-MigrationData $job -IncludeSame).Count | Should -Be 26
        @(Compare-MigrationData $job -IncludeSame | Select-Object -First 3).Count | Should -Be 3
    }

    It 'copies nothing the second time' {
        (Start-OssMigration $job).Copied.Objects | Should -Be 0
        @(Get-MigrationReport $job).Count | Should -Be 2
    }

    It 'copies what changed' {
        Set-Content (Join-Path $pictures 'picture-1.txt') 'changed' -NoNewline
        (Start-OssMigration $job).Copied.Objects | Should -Be 1
    }

    It 'shows reports as a list and as a table' {
        Get-MigrationReport $job | Out-String | Should -Match '26 objects'
        Get-MigrationReport $job | Format-Table | Out-String | Should -Match 'Complete'
    }

    It 'stops with one error when a key is wrong' {
        $wrong = [pscredential]::new($sandbox.S3Credential.UserName, (ConvertTo-SecureString 'wrong' -AsPlainText -Force))
        { Start-OssMigration $job -SourceCredential $wrong } | Should -Throw -ErrorId 'StoreCredential,OssMigration.Commands.StartOssMigrationCommand'
    }
}
