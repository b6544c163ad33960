#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# Acceptance tests of the finished module in a real PowerShell: dotnet build -c Release, then ./build.ps1 -Task Pester.

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-BuiltModule
}

Describe 'The module' {
    It 'exports what its manifest says' {
        $manifest = Import-PowerShellDataFile (Get-BuiltManifest)
        (Get-Command -Module OssMigration).Name | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }

    It 'imports in less than two seconds in a new process' {
        $script = "`$clock = [System.Diagnostics.Stopwatch]::StartNew(); Import-Module '$(Get-BuiltManifest)'; `$clock.ElapsedMilliseconds"
        [int] (& (Get-Process -Id $PID).Path -NoProfile -Command $script) | Should -BeLessThan 2000
    }

    It 'can be removed and imported again' {
        Remove-Module OssMigration
        Import-BuiltModule
        (New-MigrationAddress s3://bucket).Bucket | Should -Be 'bucket'
    }

    It 'has an about topic' {
        Get-Help about_OssMigration | Out-String | Should -Match 'Alibaba Cloud OSS'
    }
}

Describe 'Addresses and jobs' {
    BeforeAll { Use-TemporaryHome }
    AfterAll { Remove-TemporaryHome }

    It 'refuses an unknown scheme with a stable id' {
        { New-MigrationAddress ftp://bucket } | Should -Throw -ErrorId 'ArgumentInvalid,OssMigration.Commands.NewMigrationAddressCommand'
    }

    It 'shows no secret of an address' {
        $secret = ConvertTo-SecureString 'Sup3r-S3cret' -AsPlainText -Force
        $address = New-MigrationAddress oss://bucket -Credential ([pscredential]::new('key-id', $secret))
        $address | Format-List * | Out-String | Should -Not -Match 'Sup3r'
        $address | ConvertTo-Json -Depth 5 | Should -Not -Match 'Sup3r'
    }

    It 'names all problems of a job at once' {
        { New-MigrationJob Bad_Name s3://source s3://elsewhere -Concurrency 5000 } |
            Should -Throw -ErrorId 'JobOptionsInvalid,OssMigration.Commands.NewMigrationJobCommand' -ExpectedMessage '*Bad_Name*5000*'
    }

    It 'changes nothing with -WhatIf' {
        New-MigrationJob what-if s3://source oss://destination -WhatIf
        Get-MigrationJob what-if* | Should -BeNullOrEmpty
    }

    It 'keeps a job through serialisation' {
        $job = New-MigrationJob serial s3://source oss://destination
        $again = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($job))
        ($again | Set-MigrationJob -Concurrency 3 -PassThru).Concurrency | Should -Be 3
    }

    It 'renders jobs as a table and as a list' {
        $job = New-MigrationJob rendered s3://source oss://destination -MaxBandwidth 200Mbps
        $job | Format-Table | Out-String | Should -Match 'rendered'
        $job | Format-List | Out-String | Should -Match '200 Mbit/s'
    }
}
