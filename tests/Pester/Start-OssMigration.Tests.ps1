#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Start-OssMigration
}

AfterAll {
    . Close-Stage
}

Describe 'Start-OssMigration' {
    It 'copies nothing twice' {
        (Start-OssMigration photos).Copied.Objects | Should -Be 0
    }

    It 'copies nothing with -WhatIf' {
        [System.IO.File]::WriteAllText("$folder/pictures/raw/2024/1.jpg", 'changed')
        Start-OssMigration photos -WhatIf
        @(Compare-MigrationData photos).Count | Should -Be 1
    }

    It 'repairs what a comparison found, in the background' {
        [System.IO.File]::WriteAllText("$folder/pictures/raw/2024/2.jpg", 'changed')
        $report = Compare-MigrationData photos | Start-OssMigration -AsJob | Receive-Job -Wait -AutoRemoveJob
        $report.Scope | Should -Be 'Selection'
        Compare-MigrationData photos | Should -BeNullOrEmpty
    }

    It 'ends with one error where a key is wrong' {
        $wrong = [pscredential]::new($sandbox.S3Credential.UserName, [System.Net.NetworkCredential]::new('', 'wrong').SecurePassword)
        { Start-OssMigration photos -SourceCredential $wrong } | Should -Throw -ErrorId 'StoreCredential,OssMigration.Commands.StartOssMigrationCommand'
    }

    It 'goes on elsewhere from the state that it kept' {
        $null = Start-OssMigration photos -StateUri $state
        $first = $env:OSSMIGRATION_HOME
        $env:OSSMIGRATION_HOME = [System.IO.Directory]::CreateTempSubdirectory('ossmigration-pester-').FullName
        try {
            (Get-MigrationJob photos -StateUri $state).StateUri.Uri | Should -Be $state.Uri
            (Start-OssMigration photos -StateUri $state).Copied.Objects | Should -Be 0
        }
        finally {
            [System.IO.Directory]::Delete($env:OSSMIGRATION_HOME, $true)
            $env:OSSMIGRATION_HOME = $first
        }
    }
}
