# What the tests share.

function Get-BuiltManifest {
    $manifest = Join-Path $PSScriptRoot '..' '..' 'out' 'OssMigration' 'OssMigration.psd1'
    if (-not (Test-Path $manifest)) {
        throw 'The module is not built. Run: dotnet build -c Release'
    }
    (Resolve-Path $manifest).Path
}

function Import-BuiltModule {
    Import-Module (Get-BuiltManifest) -Force -Global
}

# Jobs of tests are kept apart from the user's own.
function Use-TemporaryHome {
    $script:homeBefore = $env:OSSMIGRATION_HOME
    $env:OSSMIGRATION_HOME = Join-Path ([System.IO.Path]::GetTempPath()) "ossmigration-pester-$([guid]::NewGuid())"
    $null = New-Item -ItemType Directory $env:OSSMIGRATION_HOME
}

function Remove-TemporaryHome {
    Remove-Item $env:OSSMIGRATION_HOME -Recurse -Force
    $env:OSSMIGRATION_HOME = $script:homeBefore
}
