#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Errors
}

AfterAll {
    . Close-Stage
}

Describe 'An error' {
    It 'has an id, a category and a target' {
        try { Start-OssMigration nobody } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'JobNotFound,OssMigration.Commands.StartOssMigrationCommand'
        $record.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $record.TargetObject | Should -Be 'nobody'
    }

    It 'of one job leaves the others of the pipeline alone' {
        $errors = $null
        $found = 'nobody', 'photos' | Get-MigrationReport -ErrorAction SilentlyContinue -ErrorVariable errors
        $found.JobName | Should -Be 'photos'
        @($errors).Count | Should -Be 1
    }

    It 'shows no secret' {
        $wrong = [pscredential]::new($sandbox.S3Credential.UserName, [System.Net.NetworkCredential]::new('', 'Sup3r-S3cret').SecurePassword)
        try { Start-OssMigration photos -SourceCredential $wrong } catch { $record = $_ }
        [System.Management.Automation.PSSerializer]::Serialize($record, 4) | Should -Not -Match 'Sup3r-S3cret'
    }
}
