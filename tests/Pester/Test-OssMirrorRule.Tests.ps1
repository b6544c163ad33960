#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Test-OssMirrorRule
}

AfterAll {
    . Close-Stage
}

Describe 'Test-OssMirrorRule' {
    It 'proves a rule by fetching what has not arrived' {
        (Test-OssMirrorRule photos -Key raw/late.txt -Detailed).Succeeded | Should -BeTrue
    }

    It 'tells where no rule fetches' {
        Get-OssMirrorRule photos | Remove-OssMirrorRule -Confirm:$false
        Test-OssMirrorRule photos -CreateProbe -WarningAction SilentlyContinue | Should -BeFalse
    }
}
