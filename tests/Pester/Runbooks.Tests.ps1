#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-BuiltModule
    $runbooks = [System.IO.Path]::Combine((Get-Module OssMigration).ModuleBase, 'runbooks')
}

Describe 'The runbooks that ship' {
    It 'are there and say what they do' {
        $files = [System.IO.Directory]::GetFiles($runbooks, '*.ps1')
        $files.Count | Should -BeGreaterThan 1
        foreach ($file in $files) {
            (Get-Help $file).Synopsis | Should -Match '\.'
        }
    }

    It 'have a pipeline for Jenkins' {
        [System.IO.File]::ReadAllText("$runbooks/Jenkinsfile") | Should -Match 'pipeline \{'
    }
}
