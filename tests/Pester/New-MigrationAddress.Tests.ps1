#Requires -Version 7.4
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . Open-Stage New-MigrationAddress
}

AfterAll {
    . Close-Stage
}

Describe 'New-MigrationAddress' {
    It 'takes keys literally and refuses what is no address' {
        (New-MigrationAddress 's3://photos/a b//c').Prefix | Should -Be 'a b//c'
        { New-MigrationAddress ftp://photos } | Should -Throw -ErrorId 'ArgumentInvalid,OssMigration.Commands.NewMigrationAddressCommand'
    }

    It 'keeps a reference to keys, never the keys' {
        $address = New-MigrationAddress s3://photos -Credential $sandbox.S3Credential
        [System.Management.Automation.PSSerializer]::Serialize($address, 5) | Should -Not -Match $sandbox.S3Credential.GetNetworkCredential().Password
        "$((New-MigrationAddress s3://photos -SecretName mine -VaultName ours).Credential)" | Should -Be 'Secret mine'
    }

    It 'asks a script for keys when they are needed' {
        $address = New-MigrationAddress s3://photos -Endpoint $sandbox.S3Endpoint -Region $sandbox.S3Region -AddressingStyle Path -CredentialScript {
            param($Id, $Secret)
            @{ AccessKeyId = $Id; SecretAccessKey = $Secret; Expiration = [DateTime]::UtcNow.AddHours(1) }
        } -ArgumentList $sandbox.S3Credential.UserName, $sandbox.S3Credential.GetNetworkCredential().Password
        Test-MigrationAddress $address | Should -BeTrue
    }
}
