#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Wait-OssCutover
}

AfterAll {
    . Close-Stage
}

Describe 'Wait-OssCutover' {
    It 'gives the check that is ready' {
        (Wait-OssCutover photos -WritesStoppedAt $stopped -SkipMirror).IsReady | Should -BeTrue
    }

    It 'ends with an error when the time is over and a mirroring rule is still missing' {
        { Wait-OssCutover photos -WritesStoppedAt $stopped -Timeout 00:00:01 } |
            Should -Throw -ErrorId 'CutoverTimeout,OssMigration.Commands.WaitOssCutoverCommand'
    }
}
