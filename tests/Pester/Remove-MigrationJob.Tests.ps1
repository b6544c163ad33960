#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Remove-MigrationJob
}

AfterAll {
    . Close-Stage
}

Describe 'Remove-MigrationJob' {
    It 'deletes nothing with -WhatIf' {
        Remove-MigrationJob photos -WhatIf
        (Get-MigrationJob photos).Name | Should -Be 'photos'
    }

    It 'deletes the job and no object' {
        Remove-MigrationJob photos -Confirm:$false
        Get-MigrationJob | Should -BeNullOrEmpty
        @(Compare-MigrationData -Source $source -Destination $destination -Level Size -IncludeSame).Count | Should -Be 12
    }
}
