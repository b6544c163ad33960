Set-OssMirrorRule photos -OriginCredential $sandbox.S3Credential
[System.IO.File]::WriteAllText("$folder/pictures/raw/late.txt", 'has not arrived')
