# Moves a small business from the sandbox's S3 side to its OSS side in five steps, with keys that are not kind to pages and spreadsheets,
# and exports its reports. Core cmdlets only, for the Shell or any PowerShell 7 with the module.
param([string] $Folder)
$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'

function Write-Object([string] $Key, [int] $Size) {
    $path = "$Folder/source/$Key"
    $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($path))
    $content = [byte[]]::new($Size)
    [System.Random]::new($Size).NextBytes($content)
    [System.IO.File]::WriteAllBytes($path, $content)
}

function Send-Admin([string] $Path, [string] $Json) {
    $content = [System.Net.Http.StringContent]::new($Json, [System.Text.Encoding]::UTF8, 'application/json')
    $null = $client.PostAsync([uri]::new($sandbox.Admin, $Path), $content).GetAwaiter().GetResult().EnsureSuccessStatusCode()
}

function ConvertTo-JsonText([string] $Text) {
    [System.Text.Json.JsonSerializer]::Serialize($Text, [string])
}

$denied = '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "=cmd|' /C calc'!A0"
$archived = '+1', '-2+3', '@SUM(1+9)'
$vanishing = "rtl$([char]0x202E)gpj.exe", "bell$([char]7)"
foreach ($key in $denied + $archived + $vanishing) { Write-Object $key 3000 }
Write-Object 'empty' 0
foreach ($number in 1..40) { Write-Object "small/$number.txt" (60 * $number) }
foreach ($number in 1..30) { Write-Object "medium/$number.jpg" (9000 * $number) }
foreach ($number in 1..12) { Write-Object "large/$number.mov" (1200000 + 200000 * $number) }

$handler = [System.Net.Http.SocketsHttpHandler]::new()
$handler.UseProxy = $false
$client = [System.Net.Http.HttpClient]::new($handler)
$sandbox = Start-MigrationSandbox -S3Bucket "source=folder:$Folder/source" -OssBucket destination
foreach ($key in $denied) {
    Send-Admin '/faults' "[{`"side`":`"s3`",`"operation`":`"GetObject`",`"key`":$(ConvertTo-JsonText $key),`"kind`":`"status`",`"status`":403,`"code`":`"AccessDenied`",`"times`":-1}]"
}
foreach ($key in $vanishing) {
    Send-Admin '/faults' "[{`"side`":`"s3`",`"operation`":`"GetObject`",`"key`":$(ConvertTo-JsonText $key),`"kind`":`"status`",`"status`":404,`"code`":`"NoSuchKey`",`"times`":-1}]"
}
foreach ($key in $archived) {
    Send-Admin '/objects' "{`"side`":`"s3`",`"bucket`":`"source`",`"key`":$(ConvertTo-JsonText $key),`"storageClass`":`"GLACIER`",`"restored`":false}"
}

# 1  Everything. Slow enough that there is something to see over time.
$null = New-MigrationJob photos $sandbox.Source $sandbox.Destination -MaxBandwidth 20Mbps
$null = Start-OssMigration photos -ErrorAction SilentlyContinue
$null = Compare-MigrationData photos -Summary
Export-MigrationReport photos "$Folder/first.html"

# 2 and 3  OSS fetches what has not arrived; increments that shrink.
Set-OssMirrorRule photos -OriginCredential $sandbox.S3Credential -WarningAction SilentlyContinue
foreach ($count in 20, 8, 2) {
    foreach ($number in 1..$count) { Write-Object "new/$count-$number.txt" (700 + $number) }
    $null = Start-OssMigration photos -ErrorAction SilentlyContinue
}

# 4  The switch, and what is left.
$null = Set-MigrationJob photos -CutoverTime ([DateTimeOffset]::UtcNow) -PassThru
$null = Start-OssMigration photos -ErrorAction SilentlyContinue
$null = Compare-MigrationData photos -Summary
Remove-OssMirrorRule photos

Export-MigrationReport photos "$Folder/report.html"
Export-MigrationReport photos "$Folder/one-run.html" -Run 1
Export-MigrationReport photos "$Folder/report.csv"
Export-MigrationReport photos "$Folder/report.json"
Stop-MigrationSandbox
