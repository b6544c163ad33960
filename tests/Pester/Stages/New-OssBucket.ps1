$archive = New-MigrationAddress oss://photos-archive -Endpoint $sandbox.OssEndpoint -Region $sandbox.OssRegion -AddressingStyle Path -Credential $sandbox.OssCredential
