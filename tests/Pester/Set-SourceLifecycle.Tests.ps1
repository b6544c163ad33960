#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Set-SourceLifecycle
}

AfterAll {
    . Close-Stage
}

Describe 'Set-SourceLifecycle' {
    It 'is refused without a proof' {
        { Set-SourceLifecycle photos -Confirm:$false } | Should -Throw -ErrorId 'LifecycleNoComparison,OssMigration.Commands.SetSourceLifecycleCommand'
        { Compare-MigrationData photos -Level Size -Summary | Set-SourceLifecycle -Confirm:$false } | Should -Throw -ErrorId 'LifecycleComparisonLevel,OssMigration.Commands.SetSourceLifecycleCommand'
    }

    It 'sets nothing with -WhatIf' {
        Compare-MigrationData photos -Summary | Set-SourceLifecycle -WhatIf
        Get-SourceLifecycle photos | Should -BeNullOrEmpty
    }

    It 'takes a proof that went through serialisation' {
        $proof = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Compare-MigrationData photos -Summary)))
        ($proof | Set-SourceLifecycle -Confirm:$false).Objects | Should -Be 12
    }
}
