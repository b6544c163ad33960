#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Get-MigrationReport
}

AfterAll {
    . Close-Stage
}

Describe 'Get-MigrationReport' {
    It 'gives one report for each run' {
        $null = Start-OssMigration photos
        @(Get-MigrationReport photos).Run | Should -Be 1, 2
        (Get-MigrationReport photos -Last 1).Run | Should -Be 2
    }

    It 'accounts for every object' {
        $report = Get-MigrationReport photos -Run 1
        $report.Copied.Objects | Should -Be 12
        $report.Reconciled | Should -BeTrue
        $report.ExitCode | Should -Be 0
    }
}
