#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Set-OssMirrorRule
}

AfterAll {
    . Close-Stage
}

Describe 'Set-OssMirrorRule' {
    It 'sets nothing with -WhatIf' {
        Set-OssMirrorRule photos -OriginCredential $sandbox.S3Credential -WhatIf
        Get-OssMirrorRule photos | Should -BeNullOrEmpty
    }

    It 'sets a rule that OSS fetches by' {
        (Set-OssMirrorRule photos -OriginCredential $sandbox.S3Credential -PassThru).AllowHead | Should -BeTrue
        Test-OssMirrorRule photos -CreateProbe | Should -BeTrue
    }
}
