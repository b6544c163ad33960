#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Remove-OssMirrorRule
}

AfterAll {
    . Close-Stage
}

Describe 'Remove-OssMirrorRule' {
    It 'removes nothing with -WhatIf' {
        Remove-OssMirrorRule photos -WhatIf
        @(Get-OssMirrorRule photos).Count | Should -Be 2
    }

    It 'removes exactly the rule that is named' {
        Get-OssMirrorRule photos -Prefix raw/ | Remove-OssMirrorRule -Confirm:$false
        @(Get-OssMirrorRule photos).Count | Should -Be 1
        { Remove-OssMirrorRule photos -Prefix raw/ -Confirm:$false } | Should -Throw -ErrorId 'MirrorRuleNotFound,OssMigration.Commands.RemoveOssMirrorRuleCommand'
    }
}
