#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Measure-OssMigration
}

AfterAll {
    . Close-Stage
}

Describe 'Measure-OssMigration' {
    It 'answers the yardstick in one sentence' {
        $forecast = Measure-OssMigration -ObjectCount 100000000 -TotalSize '320 TB' -DailyGrowth '20 GB' -LinkBandwidth 250Mbps -ReserveForBusiness 50Mbps -Days 25
        $forecast.Summary | Should -BeExactly '320 TB in 25 days needs 1.19 Gbit/s; 250 - 50 Mbit/s needs 148 days, during which 3.0 TB arrive.'
    }

    It 'tells what becomes of the objects of a job' {
        $forecast = Measure-OssMigration photos -Fidelity -ReadHeader
        $forecast.Listed.Objects | Should -Be 12
        $forecast.Copied.Objects | Should -Be 12
    }

    It 'counts a small source' {
        (Measure-OssMigration photos -MaxBandwidth 1MB/s).Objects | Should -Be 12
    }
}
