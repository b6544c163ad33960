#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Set-MigrationJob
}

AfterAll {
    . Close-Stage
}

Describe 'Set-MigrationJob' {
    It 'changes a limit and gives the job with -PassThru' {
        (Set-MigrationJob photos -MaxBandwidth 100Mbps -PassThru).MaxBytesPerSecond | Should -Be 12500000
        Set-MigrationJob photos -MaxBandwidth 0 | Should -BeNullOrEmpty
    }

    It 'changes nothing with -WhatIf' {
        Set-MigrationJob photos -CutoverTime ([System.DateTimeOffset]::UtcNow) -WhatIf
        (Get-MigrationJob photos).CutoverTime | Should -BeNullOrEmpty
    }
}
