#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# The help in a real PowerShell, and every example of it; an example that needs more than a sandbox says so in its remarks.

BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    Import-BuiltModule
    $cmdlets = (Get-Command -Module OssMigration).Name
}

Describe 'The help of <_>' -ForEach $cmdlets {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . Open-Stage $_
        $help = Get-Help $_ -Full
    }

    AfterAll {
        . Close-Stage
    }

    It 'has a synopsis and describes every parameter' {
        $help.Synopsis | Should -Match '\.$'
        @($help.Parameters.Parameter | Where-Object { -not $_.Description }) | Should -BeNullOrEmpty
    }

    It 'has examples that run' {
        $examples = @($help.Examples.Example)
        $examples.Count | Should -BeGreaterThan 2
        $runnable = @($examples | Where-Object { "$($_.Remarks.Text)" -notmatch '^Needs ' })
        $ran = 0
        foreach ($example in $runnable) {
            $file = Join-Path $folder 'example.ps1'
            Set-Content $file $example.Code
            . $file | Out-Null
            $ran++
        }
        $ran | Should -Be $runnable.Count
    }
}
