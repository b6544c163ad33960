#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# The five steps of a live migration on the sandbox: measure, migrate, mirror, cut over, clean up.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-BuiltModule
    Use-TemporaryHome
    $pictures = Join-Path $TestDrive 'pictures'
    $null = New-Item -ItemType Directory $pictures
    1..10 | ForEach-Object { Set-Content (Join-Path $pictures "picture-$_.txt") ("picture $_ " * $_) -NoNewline }
    $sandbox = Start-MigrationSandbox -SourceFolder $pictures
    $job = New-MigrationJob pictures $sandbox.Source $sandbox.Destination
}

AfterAll {
    $sandbox | Stop-MigrationSandbox
    Remove-TemporaryHome
}

Describe 'Preparation' {
    It 'answers the yardstick in one sentence' {
        $forecast = Measure-OssMigration -ObjectCount 100000000 -TotalSize '320 TB' -DailyGrowth '20 GB' -LinkBandwidth 250Mbps -ReserveForBusiness 50Mbps -Days 25
        $forecast.Summary | Should -BeExactly '320 TB in 25 days needs 1.19 Gbit/s; 250 - 50 Mbit/s needs 148 days, during which 3.0 TB arrive.'
    }

    It 'gives policies that are JSON' {
        $policies = @(New-OssMigrationPolicy -Source s3://photos/raw/ -Destination oss://photos-cn/raw/)
        $policies.For | Should -Be 'Source', 'Destination', 'MirrorKey'
        foreach ($policy in $policies) {
            @(($policy.Json | ConvertFrom-Json).Statement).Count | Should -BeGreaterThan 0
        }
    }

    It 'has no policy for a folder' {
        { New-OssMigrationPolicy -Source file:///data -For Source } | Should -Throw -ErrorId 'PolicyNotForFiles,OssMigration.Commands.NewOssMigrationPolicyCommand'
    }
}

Describe 'The full migration' {
    It 'looks again at what failed, and at nothing else' {
        { Start-OssMigration $job -FailedOnly } | Should -Throw -ErrorId 'RunNothingYet,OssMigration.Commands.StartOssMigrationCommand'
        $faults = ConvertTo-Json -AsArray @{ side = 's3'; operation = 'GetObject'; times = 2; kind = 'status'; status = 403; code = 'AccessDenied' }
        $null = Invoke-RestMethod ([uri]::new($sandbox.Admin, '/faults')) -Method Post -Body $faults -ContentType 'application/json' -NoProxy
        $first = Start-OssMigration $job -ErrorAction SilentlyContinue
        $first.Status | Should -Be 'CompleteWithExceptions'
        $first.Failed.Objects | Should -Be 2

        $again = Start-OssMigration $job -FailedOnly
        $again.Scope | Should -Be 'FailedOnly'
        $again.Listed.Objects | Should -Be 2
        $again.Status | Should -Be 'Complete'
    }

    It 'repairs what a comparison found' {
        Set-Content (Join-Path $pictures 'picture-1.txt') 'changed' -NoNewline
        @(Compare-MigrationData $job).Count | Should -Be 1
        $repair = Compare-MigrationData $job | Start-OssMigration
        $repair.Scope | Should -Be 'Selection'
        $repair.Copied.Objects | Should -Be 1
        Compare-MigrationData $job | Should -BeNullOrEmpty
    }

    It 'runs nothing where the comparison found nothing' {
        $before = @(Get-MigrationReport $job).Count
        Compare-MigrationData $job | Start-OssMigration | Should -BeNullOrEmpty
        @(Get-MigrationReport $job).Count | Should -Be $before
    }
}

Describe 'Mirroring' {
    It 'shows a rule with -WhatIf and sets none' {
        Set-OssMirrorRule $job -OriginCredential $sandbox.S3Credential -WhatIf
        Get-OssMirrorRule $job | Should -BeNullOrEmpty
    }

    It 'sets a rule and proves it' {
        $rule = Set-OssMirrorRule $job -OriginCredential $sandbox.S3Credential -PassThru
        $rule.AllowHead | Should -BeTrue
        Set-Content (Join-Path $pictures 'late.txt') 'has not arrived' -NoNewline
        Test-OssMirrorRule $job | Should -BeTrue
        @(Get-OssMirrorRule $job).Count | Should -Be 1
    }
}

Describe 'The cut-over' {
    It 'is not ready without the moment when writes stopped' {
        Test-OssCutover $job -WarningAction SilentlyContinue | Should -BeFalse
    }

    It 'is ready, each condition with its evidence' {
        $null = Start-OssMigration $job
        $check = Test-OssCutover $job -WritesStoppedAt ([DateTimeOffset]::UtcNow) -CreateProbe -Detailed
        $check.IsReady | Should -BeTrue
        ($check.Conditions | Where-Object Subject -EQ 'MirrorRule').State | Should -Be 'Met'
        $check.Conditions.Evidence | Should -Not -Contain ''
    }

    It 'has a time, after which nothing is removed at the destination' {
        $when = [DateTimeOffset]::UtcNow
        (Set-MigrationJob $job -CutoverTime $when -PassThru).CutoverTime | Should -Be $when
        { Start-OssMigration $job -RemoveDeleted -Confirm:$false } |
            Should -Throw -ErrorId 'RunRemovalAfterCutover,OssMigration.Commands.StartOssMigrationCommand'
        { Wait-OssCutover $job -WritesStoppedAt $when -SkipMirror } |
            Should -Throw -ErrorId 'CutoverAlreadyDone,OssMigration.Commands.WaitOssCutoverCommand'
    }
}

Describe 'The deletion of the source' {
    It 'is refused without a proof, and while a mirroring rule fetches from there' {
        { Set-SourceLifecycle $job -Confirm:$false } |
            Should -Throw -ErrorId 'LifecycleNoComparison,OssMigration.Commands.SetSourceLifecycleCommand'
        { Compare-MigrationData $job -Level Size -Summary | Set-SourceLifecycle -Confirm:$false } |
            Should -Throw -ErrorId 'LifecycleComparisonLevel,OssMigration.Commands.SetSourceLifecycleCommand'
        { Compare-MigrationData $job -Summary | Set-SourceLifecycle -Confirm:$false } |
            Should -Throw -ErrorId 'LifecycleMirrorRuleStands,OssMigration.Commands.SetSourceLifecycleCommand'
    }

    It 'can do without the rule, which is removed' {
        Get-OssMirrorRule $job | Remove-OssMirrorRule -Confirm:$false
        Get-OssMirrorRule $job | Should -BeNullOrEmpty
        { Remove-OssMirrorRule $job -Confirm:$false } |
            Should -Throw -ErrorId 'MirrorRuleNotFound,OssMigration.Commands.RemoveOssMirrorRuleCommand'
    }

    It 'is shown with -WhatIf, and no rule stands' {
        Compare-MigrationData $job -Summary | Set-SourceLifecycle -WhatIf | Should -BeNullOrEmpty
        Get-SourceLifecycle $job -All | Should -BeNullOrEmpty
    }

    It 'refuses a date that has passed or is no midnight' {
        $proof = Compare-MigrationData $job -Summary
        { $proof | Set-SourceLifecycle -Date 2020-01-01 -Confirm:$false } |
            Should -Throw -ErrorId 'LifecycleDatePast,OssMigration.Commands.SetSourceLifecycleCommand'
        { $proof | Set-SourceLifecycle -Date ([DateTimeOffset]::UtcNow.Date.AddDays(30).AddHours(5)) -Confirm:$false } |
            Should -Throw -ErrorId 'LifecycleDateNotMidnight,OssMigration.Commands.SetSourceLifecycleCommand'
    }

    It 'is a rule that can be withdrawn' {
        $rule = Compare-MigrationData $job -Summary | Set-SourceLifecycle -Confirm:$false
        $rule.RuleId | Should -Be 'ossmigration-pictures'
        $rule.Objects | Should -Be 11
        Remove-SourceLifecycle $job -Confirm:$false
        Get-SourceLifecycle $job | Should -BeNullOrEmpty
    }
}
