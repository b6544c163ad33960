#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage New-OssBucket
}

AfterAll {
    . Close-Stage
}

Describe 'New-OssBucket' {
    It 'makes a bucket and leaves it alone the next time' {
        "$(New-OssBucket $archive)" | Should -Be 'oss://photos-archive/'
        "$(New-OssBucket $archive -WarningAction SilentlyContinue)" | Should -Be 'oss://photos-archive/'
    }

    It 'never changes one with other properties' {
        { New-OssBucket $archive -StorageClass Archive -WarningAction SilentlyContinue } | Should -Throw -ErrorId 'BucketDiffers,OssMigration.Commands.NewOssBucketCommand'
    }
}
