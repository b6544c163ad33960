#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Get-MigrationJob
}

AfterAll {
    . Close-Stage
}

Describe 'Get-MigrationJob' {
    It 'gives a job by name, by wildcard and without a name' {
        (Get-MigrationJob photos).State | Should -Be 'Finished'
        (Get-MigrationJob 'pho*').Name | Should -Be 'photos'
        (Get-MigrationJob).Name | Should -Be 'photos'
    }

    It 'takes no match for a wildcard as no error, and a name that is not there as one' {
        Get-MigrationJob 'no*' | Should -BeNullOrEmpty
        { Get-MigrationJob nobody -ErrorAction Stop } | Should -Throw -ErrorId 'JobNotFound,OssMigration.Commands.GetMigrationJobCommand'
    }
}
