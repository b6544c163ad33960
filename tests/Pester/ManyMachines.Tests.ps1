#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# One job on two processes over a real broker: tests/servers/rabbitmq.sh start FOLDER prints the JSON line that
# OSSMIGRATION_TEST_RABBITMQ must hold. Without it the tests are skipped.

BeforeDiscovery {
    $hasBroker = -not [string]::IsNullOrEmpty($env:OSSMIGRATION_TEST_RABBITMQ)
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-BuiltModule
    Use-TemporaryHome
    $pictures = Join-Path $TestDrive 'pictures'
    $null = New-Item -ItemType Directory $pictures
    1..60 | ForEach-Object { Set-Content (Join-Path $pictures "picture-$_.txt") ("picture $_ " * $_) -NoNewline }
    $sandbox = Start-MigrationSandbox -SourceFolder $pictures
    $job = New-MigrationJob pictures $sandbox.Source $sandbox.Destination
}

AfterAll {
    $sandbox | Stop-MigrationSandbox
    Remove-TemporaryHome
}

Describe 'A job on many machines' -Skip:(-not $hasBroker) {
    BeforeAll {
        $broker = $env:OSSMIGRATION_TEST_RABBITMQ | ConvertFrom-Json
        $secret = ConvertTo-SecureString $broker.password -AsPlainText -Force
        $queue = @{ Queue = $broker.uri; QueueCredential = [pscredential]::new($broker.userName, $secret) }
    }

    It 'is coordinated and copied, and reports as a run on one machine does' {
        $report = Start-OssMigrationCoordinator $job @queue
        $report.Status | Should -Be 'Complete'
        $report.Copied.Objects | Should -Be 60
        $report.Shared.Workers | Should -Be 1
        (Compare-MigrationData $job -Summary).IsClean | Should -BeTrue
    }

    It 'runs in the background, and removes what is gone at the source' {
        Remove-Item (Join-Path $pictures 'picture-7.txt')
        $run = Start-OssMigrationCoordinator $job @queue -AsJob -RemoveDeleted -Confirm:$false
        $run.PSJobTypeName | Should -Be 'OssMigrationJob'
        $report = $run | Receive-Job -Wait -AutoRemoveJob
        $report.Status | Should -Be 'Complete'
        $report.Removed.Objects | Should -Be 1
        (Compare-MigrationData $job -Summary).Same.Objects | Should -Be 59
    }

    It 'tells that no coordinator is there' {
        { Get-OssMigrationWorker pictures @queue -ErrorAction Stop } | Should -Throw -ErrorId 'ClusterNoCoordinator,*'
    }

    It 'tells that the account is wrong' {
        $wrong = [pscredential]::new('nobody', $secret)
        { Get-OssMigrationWorker -Queue $broker.uri -QueueCredential $wrong -ErrorAction Stop } | Should -Throw -ErrorId 'QueueLoginRefused,*'
    }
}
