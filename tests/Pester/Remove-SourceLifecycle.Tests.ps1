#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Remove-SourceLifecycle
}

AfterAll {
    . Close-Stage
}

Describe 'Remove-SourceLifecycle' {
    It 'withdraws nothing with -WhatIf' {
        Remove-SourceLifecycle photos -WhatIf
        @(Get-SourceLifecycle photos).Count | Should -Be 1
    }

    It 'withdraws the rule' {
        Remove-SourceLifecycle photos -Confirm:$false
        Get-SourceLifecycle photos | Should -BeNullOrEmpty
    }
}
