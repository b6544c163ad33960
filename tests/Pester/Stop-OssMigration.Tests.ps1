#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Stop-OssMigration
}

AfterAll {
    . Close-Stage
}

Describe 'Stop-OssMigration' {
    It 'is no error where nothing runs, and one where there is no job' {
        Stop-OssMigration photos | Should -BeNullOrEmpty
        { Stop-OssMigration nobody -ErrorAction Stop } | Should -Throw -ErrorId 'JobNotFound,OssMigration.Commands.StopOssMigrationCommand'
    }
}
