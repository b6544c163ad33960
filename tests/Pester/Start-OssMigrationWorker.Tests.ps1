#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# Without a broker; ManyMachines.Tests.ps1 has one.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-BuiltModule
}

Describe 'Start-OssMigrationWorker' {
    It 'tells that the broker cannot be reached' {
        { Start-OssMigrationWorker -Queue amqp://127.0.0.1:1 } | Should -Throw -ErrorId 'QueueUnreachable,OssMigration.Commands.StartOssMigrationWorkerCommand'
    }

    It 'refuses a line that others can read' {
        { Start-OssMigrationWorker -Queue amqp://broker.example.com } | Should -Throw -ErrorId 'ArgumentInvalid,OssMigration.Commands.StartOssMigrationWorkerCommand'
    }

    It 'refuses a slice that is longer than any hand-over' {
        { Start-OssMigrationWorker -Queue amqps://127.0.0.1:1 -SliceTime 01:00:00 } | Should -Throw -ErrorId 'ArgumentInvalid,OssMigration.Commands.StartOssMigrationWorkerCommand'
    }
}
