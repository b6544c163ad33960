#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# Dependencies of the module stay in a context of its own, whatever else the process has loaded.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Isolation
}

AfterAll {
    . Close-Stage
}

Describe 'The dependencies of the module' {
    It 'are not in the context that all modules share' {
        $shared = [System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies | ForEach-Object { $_.GetName().Name }
        $ours = ([System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ OssMigration).Assemblies | ForEach-Object { $_.GetName().Name }
        'OssMigration.Core' | Should -BeIn $ours
        'OssMigration.Core' | Should -Not -BeIn $shared
        'OssMigration' | Should -BeIn $shared
    }
}
