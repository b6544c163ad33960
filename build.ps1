#!/usr/bin/env pwsh
#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests and packs OssMigration. Glue over dotnet: everything but Pester and Package can be typed as a dotnet command.
.DESCRIPTION
    Build    dotnet build; the finished module is out/OssMigration.
    Test     dotnet test: all tests.
    Pester   builds, then runs tests/Pester in this PowerShell (needs Pester 5).
    Package  builds, then makes out/OssMigration-VERSION.zip, to be unpacked in a folder of $env:PSModulePath.
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
    Invoke-Build
    $manifest = Import-PowerShellDataFile (Join-Path $module OssMigration.psd1)
    $version = $manifest.ModuleVersion
    $zip = Join-Path $out "OssMigration-$version.zip"
    if ($PSCmdlet.ShouldProcess($zip, 'Make the package')) {
        $staging = Join-Path $out package
        $target = Join-Path $staging OssMigration $version
        Remove-Item $staging -Recurse -Force -ErrorAction Ignore
        $null = New-Item $target -ItemType Directory -Force
        Copy-Item (Join-Path $module *) $target -Recurse
        foreach ($file in 'LICENSE', 'THIRD-PARTY-NOTICES.md', 'CHANGELOG.md') {
            Copy-Item (Join-Path $PSScriptRoot $file) $target
        }
        Compress-Archive (Join-Path $staging OssMigration) $zip -Force
        Remove-Item $staging -Recurse -Force
        Get-Item $zip
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
