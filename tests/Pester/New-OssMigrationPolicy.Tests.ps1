#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage New-OssMigrationPolicy
}

AfterAll {
    . Close-Stage
}

Describe 'New-OssMigrationPolicy' {
    It 'gives a policy for each key' {
        (New-OssMigrationPolicy -Source s3://photos -Destination oss://photos-cn).For | Should -Be 'Source', 'Destination', 'MirrorKey'
    }

    It 'gives what one step needs, as text' {
        (New-OssMigrationPolicy -Source s3://photos -Step Migrate -For Source).Json | Should -Match 's3:GetObject'
    }
}
