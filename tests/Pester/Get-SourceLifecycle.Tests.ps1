#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Get-SourceLifecycle
}

AfterAll {
    . Close-Stage
}

Describe 'Get-SourceLifecycle' {
    It 'gives the rule of the job' {
        $rule = Get-SourceLifecycle photos
        $rule.RuleId | Should -Be 'ossmigration-photos'
        $rule.IsOurs | Should -BeTrue
    }

    It 'tells what was written since the comparison' {
        (Get-SourceLifecycle photos -CheckLateWrites).LateWrites | Should -Be 0
    }
}
