#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Stop-MigrationSandbox
}

AfterAll {
    . Close-Stage
}

Describe 'Stop-MigrationSandbox' {
    It 'ends nothing with -WhatIf, then what it is given' {
        $cloud = Start-MigrationSandbox
        $cloud | Stop-MigrationSandbox -WhatIf
        Test-MigrationAddress $cloud.Source | Should -BeTrue
        $cloud | Stop-MigrationSandbox
        Test-MigrationAddress $cloud.Source -WarningAction SilentlyContinue | Should -BeFalse
    }
}
