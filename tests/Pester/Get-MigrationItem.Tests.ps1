#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Get-MigrationItem
}

AfterAll {
    . Close-Stage
}

Describe 'Get-MigrationItem' {
    It 'gives nothing where everything was migrated' {
        Get-MigrationItem photos | Should -BeNullOrEmpty
        Get-MigrationItem photos -State Failed -ErrorKind AccessDenied | Should -BeNullOrEmpty
    }

    It 'is refused for a job that is not there' {
        { Get-MigrationItem nobody -ErrorAction Stop } | Should -Throw -ErrorId 'JobNotFound,OssMigration.Commands.GetMigrationItemCommand'
    }
}
