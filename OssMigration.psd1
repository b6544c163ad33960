@{
  # In a clone this script stands in for the module: it imports out/OssMigration or says what to run. The build writes
  # the finished manifest to out/OssMigration and puts OssMigration.dll here, the view files below, and the newest version of
  # CHANGELOG.md in the place of 0.0.0.
  RootModule = 'src/OssMigration/FromClone.psm1'
  FormatsToProcess = @()
  TypesToProcess = @()

  ModuleVersion = '0.0.0'
  GUID = '6f1f0a5e-0c57-4c8e-9c39-6d2f6a4be2d1'
  Author = 'The OssMigration authors'
  CompanyName = 'The OssMigration authors'
  Copyright = 'Copyright (c) 2026 The OssMigration authors. MIT licence.'
  Description = 'Moves a business from another object store to Alibaba Cloud OSS while it keeps running: full and incremental migration with proof, comparison and reports.'
  PowerShellVersion = '7.4'
  CompatiblePSEditions = @('Core')

  CmdletsToExport = @(
    'Compare-MigrationData'
    'Export-MigrationReport'
    'Get-MigrationItem'
    'Get-MigrationJob'
    'Get-MigrationReport'
    'Get-OssMigrationWorker'
    'Get-OssMirrorRule'
    'Get-SourceLifecycle'
    'Measure-OssMigration'
    'New-MigrationAddress'
    'New-MigrationJob'
    'New-OssBucket'
    'New-OssMigrationPolicy'
    'Remove-MigrationJob'
    'Remove-OssMirrorRule'
    'Remove-SourceLifecycle'
    'Set-MigrationJob'
    'Set-OssMirrorRule'
    'Set-SourceLifecycle'
    'Start-MigrationSandbox'
    'Start-OssMigration'
    'Start-OssMigrationCoordinator'
    'Start-OssMigrationWorker'
    'Stop-MigrationSandbox'
    'Stop-OssMigration'
    'Test-MigrationAddress'
    'Test-OssCutover'
    'Test-OssMirrorRule'
    'Wait-OssCutover'
  )
  FunctionsToExport = @()
  VariablesToExport = @()
  AliasesToExport = @()

  PrivateData = @{
    PSData = @{
      Tags = @('PSEdition_Core', 'Windows', 'Linux', 'MacOS', 'OSS', 'AlibabaCloud', 'S3', 'Migration', 'ObjectStorage')
      ReleaseNotes = 'CHANGELOG.md in the folder of the module.'
    }
  }
}
