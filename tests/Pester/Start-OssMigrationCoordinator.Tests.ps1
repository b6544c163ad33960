#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# Without a broker; ManyMachines.Tests.ps1 has one.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage Start-OssMigrationCoordinator
}

AfterAll {
    . Close-Stage
}

Describe 'Start-OssMigrationCoordinator' {
    It 'asks no broker with -WhatIf' {
        Start-OssMigrationCoordinator photos -Queue amqps://127.0.0.1:1/none -WhatIf | Should -BeNullOrEmpty
    }

    It 'tells that the broker cannot be reached, and nothing is run' {
        { Start-OssMigrationCoordinator photos -Queue amqp://127.0.0.1:1 } | Should -Throw -ErrorId 'QueueUnreachable,OssMigration.Commands.StartOssMigrationCoordinatorCommand'
        (Get-MigrationReport photos).Run | Should -Be 1
    }

    It 'refuses a line that others can read' {
        { Start-OssMigrationCoordinator photos -Queue amqp://broker.example.com } | Should -Throw -ErrorId 'ArgumentInvalid,OssMigration.Commands.StartOssMigrationCoordinatorCommand'
    }

    It 'knows only jobs that are there' {
        { Start-OssMigrationCoordinator nojob -Queue amqps://127.0.0.1:1 } | Should -Throw -ErrorId 'JobNotFound,OssMigration.Commands.StartOssMigrationCoordinatorCommand'
    }
}
