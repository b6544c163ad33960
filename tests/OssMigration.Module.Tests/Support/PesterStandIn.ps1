# Runs a file of tests/Pester where no Pester is: as much of it as our tests use, with Core cmdlets only.
param($File, $Root)

function Describe($Name, $Body) { & $Body }
function AfterAll($Body) { $script:closing = $Body }

function It($Name, $Body) {
    try {
        $null = & $Body
        "passed $Name"
    }
    catch {
        "FAILED ${Name}: $_ ($($_.InvocationInfo.PositionMessage))"
    }
}

function Should {
    [CmdletBinding(PositionalBinding = $false)]
    param(
        [Parameter(ValueFromPipeline)] $Actual,
        [switch] $Not, [switch] $BeTrue, [switch] $BeFalse, [switch] $BeNullOrEmpty, [switch] $Throw,
        $Be, $BeExactly, $BeGreaterThan, $BeIn, $Match, $ErrorId)
    begin { $all = [System.Collections.Generic.List[object]]::new() }
    process { if ($null -ne $Actual) { $all.Add($Actual) } }
    end {
        $shown = $all -join ', '
        $holds = switch ($PSBoundParameters.Keys) {
            'BeTrue' { $all.Count -eq 1 -and $all[0] -eq $true }
            'BeFalse' { $all.Count -eq 1 -and $all[0] -eq $false }
            'BeNullOrEmpty' { $shown -eq '' }
            'Be' { $shown -eq (@($Be) -join ', ') }
            'BeExactly' { $shown -ceq (@($BeExactly) -join ', ') }
            'BeGreaterThan' { $all[0] -gt $BeGreaterThan }
            'BeIn' { $all[0] -in $BeIn }
            'Match' { $shown -match $Match }
            'Throw' {
                $thrown = $null
                try { $null = & $all[0] } catch { $thrown = $_ }
                $shown = "what was thrown, $($thrown.FullyQualifiedErrorId): $thrown,"
                $null -ne $thrown -and (-not $ErrorId -or $thrown.FullyQualifiedErrorId -eq $ErrorId)
            }
        }
        if (@($holds).Count -ne 1) { throw "Should was asked for nothing, or too much: $($PSBoundParameters.Keys)" }
        if ($holds -eq $Not.IsPresent) { throw "$shown should $(if ($Not) { 'not ' })be as said." }
    }
}

# What BeforeAll sets is seen by what follows.
$text = [System.IO.File]::ReadAllText($File).Replace('$PSScriptRoot', $Root) -replace '(?m)^( *)BeforeAll \{', '$1. {' -replace '(?m)^#Requires.*$', ''
. ([scriptblock]::Create($text))
if ($closing) { . $closing }
'ended'
