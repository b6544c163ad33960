#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Start-MigrationSandbox
}

AfterAll {
    . Close-Stage
}

Describe 'Start-MigrationSandbox' {
    It 'serves folders in place' {
        $cloud = Start-MigrationSandbox -SourceFolder ./pictures -DestinationFolder ./arrived
        $null = New-MigrationJob try $cloud.Source $cloud.Destination
        (Start-OssMigration try).Copied.Objects | Should -Be 12
        $cloud | Stop-MigrationSandbox
        [System.IO.File]::Exists("$folder/arrived/raw/2024/1.jpg") | Should -BeTrue
    }

    It 'refuses a folder that is not there' {
        { Start-MigrationSandbox -SourceFolder ./nothing } | Should -Throw -ErrorId 'ArgumentInvalid,OssMigration.Commands.StartMigrationSandboxCommand'
    }
}
