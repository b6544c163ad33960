# Stands in for the module where somebody imports OssMigration.psd1 of a clone. It is not part of the finished module.
$clone = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
$built = [System.IO.Path]::Combine($clone, 'out', 'OssMigration', 'OssMigration.psd1')
if (-not [System.IO.File]::Exists($built)) {
    throw "OssMigration is not built in this clone yet. Run: dotnet build -c Release `"$clone`"   and then: Import-Module `"$built`""
}
Import-Module -Name $built
Export-ModuleMember -Cmdlet *
