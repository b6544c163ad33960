#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# Without a broker; ManyMachines.Tests.ps1 has one.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-BuiltModule
}

Describe 'Get-OssMigrationWorker' {
    It 'tells that the broker cannot be reached' {
        { Get-OssMigrationWorker photos -Queue amqp://127.0.0.1:1 } | Should -Throw -ErrorId 'QueueUnreachable,OssMigration.Commands.GetOssMigrationWorkerCommand'
    }

    It 'refuses an address that is none' {
        { Get-OssMigrationWorker -Queue https://broker.example.com } | Should -Throw -ErrorId 'ArgumentInvalid,OssMigration.Commands.GetOssMigrationWorkerCommand'
    }
}
