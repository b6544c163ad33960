#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage New-MigrationJob
}

AfterAll {
    . Close-Stage
}

Describe 'New-MigrationJob' {
    It 'names all problems at once and makes nothing' {
        { New-MigrationJob Bad_Name s3://source s3://elsewhere -Concurrency 5000 } | Should -Throw -ErrorId 'JobOptionsInvalid,OssMigration.Commands.NewMigrationJobCommand'
        Get-MigrationJob 'Bad*' | Should -BeNullOrEmpty
    }

    It 'makes nothing with -WhatIf' {
        New-MigrationJob what-if $source $destination -WhatIf
        Get-MigrationJob 'what-if*' | Should -BeNullOrEmpty
    }

    It 'goes on from a finished job' {
        $job = New-MigrationJob -Name again -BaseJob photos -Mode Incremental -Interval 00:00:01 -RunCount 1
        $job.Mode | Should -Be 'Incremental'
        (Start-OssMigration $job).Copied.Objects | Should -Be 0
    }

    It 'copies histories only into a bucket with versioning' {
        (New-MigrationJob histories $source $destination -Versions All).Versions | Should -Be 'All'
        { Start-OssMigration histories -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationNotVersioned,OssMigration.Commands.StartOssMigrationCommand'
    }

    It 'takes a list in place of the source, and objects of the pipeline' {
        $job = New-MigrationJob from-list $source $destination -ObjectList "$folder/list.csv"
        $job.ListedObjects | Should -Be 2
        (Start-OssMigration $job).Listed.Objects | Should -Be 2
        $piped = [pscustomobject] @{ Key = 'raw/2024/3.jpg' } | New-MigrationJob from-pipeline $source $destination
        (Start-OssMigration $piped).Listed.Objects | Should -Be 1
    }
}
