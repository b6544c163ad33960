# Dot-sourced by every test file. Core cmdlets only, so that what tests a cmdlet runs in the Shell as well.

# The module under test: the one that the build laid out, or a package that was unpacked elsewhere.
function Get-BuiltManifest {
    $manifest = if ($env:OSSMIGRATION_TEST_MODULE) { $env:OSSMIGRATION_TEST_MODULE } else { "$PSScriptRoot/../../out/OssMigration/OssMigration.psd1" }
    if (-not [System.IO.File]::Exists($manifest)) {
        throw "There is no module at $manifest. Run: dotnet build -c Release"
    }
    [System.IO.Path]::GetFullPath($manifest)
}

function Import-BuiltModule {
    Import-Module (Get-BuiltManifest) -Force -Global
}

# Jobs of tests are kept apart from the user's own.
function Use-TemporaryHome {
    $script:homeBefore = $env:OSSMIGRATION_HOME
    $env:OSSMIGRATION_HOME = [System.IO.Directory]::CreateTempSubdirectory('ossmigration-pester-').FullName
}

function Remove-TemporaryHome {
    [System.IO.Directory]::Delete($env:OSSMIGRATION_HOME, $true)
    $env:OSSMIGRATION_HOME = $script:homeBefore
}

# To be dot-sourced: the sandbox, addresses and job of Stages/Default.ps1, and what the examples of the cmdlet need besides.
function Open-Stage([string] $Cmdlet) {
    Import-BuiltModule
    Use-TemporaryHome
    $folder = [System.IO.Directory]::CreateTempSubdirectory('ossmigration-stage-').FullName
    $locationBefore = "$($ExecutionContext.SessionState.Path.CurrentLocation)"
    . "$PSScriptRoot/Stages/Default.ps1"
    if ([System.IO.File]::Exists("$PSScriptRoot/Stages/$Cmdlet.ps1")) {
        . "$PSScriptRoot/Stages/$Cmdlet.ps1"
    }
}

# To be dot-sourced.
function Close-Stage {
    Stop-MigrationSandbox
    $null = $ExecutionContext.SessionState.Path.SetLocation($locationBefore)
    [System.IO.Directory]::Delete($folder, $true)
    Remove-TemporaryHome
}
