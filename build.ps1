#!/usr/bin/env pwsh
#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests and packs OssMigration. Glue over dotnet: everything but Pester can be typed as a dotnet command.
.DESCRIPTION
    Build    dotnet build; the finished module is out/OssMigration.
    Test     dotnet test: all tests.
    Pester   builds, then runs tests/Pester in this PowerShell (needs Pester 5).
    Package  dotnet pack src/OssMigration: makes out/OssMigration.VERSION.nupkg, which the PowerShell Gallery takes
             (Publish-PSResource -NupkgPath). It unpacks as a zip to what Import-Module takes.
    Clean    removes what the others made.
.EXAMPLE
    ./build.ps1
    Builds the module.
.EXAMPLE
    ./build.ps1 -Task Test, Package
    Runs the tests and, when they pass, packs the module.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Pester', 'Package', 'Clean')]
    [string[]] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$solution = Join-Path $PSScriptRoot OssMigration.sln
$out = Join-Path $PSScriptRoot out
$module = Join-Path $out OssMigration

function Invoke-Dotnet {
    Write-Verbose "dotnet $args"
    & dotnet @args
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($args[0]) failed with exit code $LASTEXITCODE."
    }
}

function Invoke-Build {
    Invoke-Dotnet build $solution -c $Configuration
}

function Invoke-Test {
    Invoke-Dotnet test --solution $solution -c $Configuration
}

function Invoke-PesterTest {
    $folder = Join-Path $PSScriptRoot tests Pester
    if (-not (Test-Path $folder)) {
        throw "There are no Pester tests in $folder."
    }
    if (-not (Get-Module -ListAvailable Pester | Where-Object Version -ge 5.0)) {
        throw 'Pester 5 is missing: Install-PSResource Pester.'
    }
    Invoke-Build
    # A process of its own: a binary module cannot be unloaded, and the next build could not replace its files.
    & (Get-Process -Id $PID).Path -NoProfile -Command "Import-Module Pester; Invoke-Pester -Path '$($folder.Replace("'", "''"))' -CI"
    if ($LASTEXITCODE -ne 0) {
        throw "Pester failed with exit code $LASTEXITCODE."
    }
}

function New-Package {
    if ($PSCmdlet.ShouldProcess($out, 'Make the package')) {
        Invoke-Dotnet pack (Join-Path $PSScriptRoot src OssMigration) -c $Configuration
        Get-Item (Join-Path $out '*.nupkg') | Sort-Object LastWriteTime | Select-Object -Last 1
    }
}

function Clear-Output {
    $folders = @($out, (Join-Path $PSScriptRoot TestResults))
    $folders += Get-ChildItem (Join-Path $PSScriptRoot src), (Join-Path $PSScriptRoot tests) -Directory |
        ForEach-Object { (Join-Path $_ bin), (Join-Path $_ obj) }
    foreach ($folder in $folders | Where-Object { Test-Path $_ }) {
        if ($PSCmdlet.ShouldProcess($folder, 'Remove')) {
            Remove-Item $folder -Recurse -Force
        }
    }
}

foreach ($name in $Task) {
    switch ($name) {
        'Build' { Invoke-Build }
        'Test' { Invoke-Test }
        'Pester' { Invoke-PesterTest }
        'Package' { New-Package }
        'Clean' { Clear-Output }
    }
}
