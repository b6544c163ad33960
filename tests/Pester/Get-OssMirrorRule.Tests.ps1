#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Get-OssMirrorRule
}

AfterAll {
    . Close-Stage
}

Describe 'Get-OssMirrorRule' {
    It 'gives the rules in the order in which OSS tries them, without a secret' {
        $rules = @(Get-OssMirrorRule photos)
        $rules.Count | Should -Be 2
        $rules[0].Prefix | Should -Be 'raw/'
        $rules[0].OriginAccessKeyId | Should -Be $sandbox.S3Credential.UserName
    }

    It 'takes wildcards for prefixes' {
        @(Get-OssMirrorRule photos -Prefix 'r*').Count | Should -Be 1
        Get-OssMirrorRule photos -Prefix 'z*' | Should -BeNullOrEmpty
    }
}
