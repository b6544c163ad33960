Set-OssMirrorRule photos -OriginCredential $sandbox.S3Credential
Set-OssMirrorRule photos -Prefix raw/ -OriginCredential $sandbox.S3Credential
