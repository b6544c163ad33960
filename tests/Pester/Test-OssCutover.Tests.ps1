#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Test-OssCutover
}

AfterAll {
    . Close-Stage
}

Describe 'Test-OssCutover' {
    It 'is not ready without the moment when writes stopped' {
        Test-OssCutover photos -WarningAction SilentlyContinue | Should -BeFalse
    }

    It 'gives each condition with its evidence' {
        $check = Test-OssCutover photos -WritesStoppedAt $stopped -SkipMirror -Detailed
        $check.IsReady | Should -BeTrue
        $check.Conditions.Evidence | Should -Not -BeNullOrEmpty
    }
}
