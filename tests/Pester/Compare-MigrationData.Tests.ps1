#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Compare-MigrationData
}

AfterAll {
    . Close-Stage
}

Describe 'Compare-MigrationData' {
    It 'gives nothing where both ends are the same' {
        Compare-MigrationData photos | Should -BeNullOrEmpty
        (Compare-MigrationData photos -Summary).IsClean | Should -BeTrue
    }

    It 'gives what differs, and only that' {
        [System.IO.File]::WriteAllText("$folder/pictures/raw/2024/1.jpg", 'changed')
        $found = @(Compare-MigrationData photos)
        $found.Count | Should -Be 1
        $found[0].Key | Should -Be 'raw/2024/1.jpg'
        $found[0].Status | Should -Be 'Different'
    }

    It 'compares two addresses without a job' {
        @(Compare-MigrationData -Source $source -Destination $destination -Level Size -IncludeSame).Count | Should -Be 12
    }
}
