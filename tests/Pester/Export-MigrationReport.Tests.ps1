#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Export-MigrationReport
}

AfterAll {
    . Close-Stage
}

Describe 'Export-MigrationReport' {
    It 'writes a page, relative to where PowerShell stands' {
        (Export-MigrationReport photos page.html -PassThru).FullName | Should -Be ([System.IO.Path]::Combine($folder, 'page.html'))
        [System.IO.File]::ReadAllText("$folder/page.html") | Should -Match '<h1>photos</h1>'
    }

    It 'writes four lists with a row an object' {
        $lists = Export-MigrationReport photos lists.csv -PassThru
        $lists.Name | Should -Be 'lists_total_list.csv', 'lists_completed_list.csv', 'lists_skipped_list.csv', 'lists_failed_list.csv'
        [System.IO.File]::ReadAllLines($lists[0].FullName).Count | Should -Be 13
        [System.IO.File]::ReadAllLines($lists[3].FullName).Count | Should -Be 1
    }

    It 'replaces a file only with -Force' {
        { Export-MigrationReport photos page.html } | Should -Throw -ErrorId 'ReportFileExists,OssMigration.Commands.ExportMigrationReportCommand'
        Export-MigrationReport photos page.html -Force
    }

    It 'writes nothing with -WhatIf' {
        Export-MigrationReport photos other.json -WhatIf
        [System.IO.File]::Exists("$folder/other.json") | Should -BeFalse
    }

    It 'takes jobs from the pipeline and names files after them in a folder' {
        (Get-MigrationJob | Export-MigrationReport -Path $folder -Format Json -PassThru).Name | Should -Be 'photos.json'
    }
}
