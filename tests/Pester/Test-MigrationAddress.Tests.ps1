#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Test-MigrationAddress
}

AfterAll {
    . Close-Stage
}

Describe 'Test-MigrationAddress' {
    It 'gives true for what can be used, and false with the reason for what cannot' {
        Test-MigrationAddress $source | Should -BeTrue
        $wrong = [pscredential]::new($sandbox.S3Credential.UserName, [System.Net.NetworkCredential]::new('', 'wrong').SecurePassword)
        Test-MigrationAddress $source -Credential $wrong -WarningAction SilentlyContinue | Should -BeFalse
    }

    It 'gives all that was found with -Detailed' {
        (Test-MigrationAddress $destination -Detailed).IsReachable | Should -BeTrue
    }
}
