namespace OssMigration.Core.Tests.Lifecycle;

/// <summary>Lifecycle documents with every element that S3 and OSS know (oss-facts 8.1, 3.6), and with some that nobody knows.</summary>
internal static class LifecycleFixtures
{
    public const string EveryElement = """

          <!-- kept by hand -->
          <Rule Vendor="x">
            <ID>everything &amp; more</ID>
            <Filter><And><Prefix>logs/ a&#xA;b</Prefix><Tag><Key>k </Key><Value> v</Value></Tag><Tag><Key>l</Key><Value/></Tag><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan><ObjectSizeLessThan>9</ObjectSizeLessThan></And></Filter>
            <Status>Enabled</Status>
            <Expiration><Days>400</Days></Expiration>
            <Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>
            <Transition><Date>2029-01-01T00:00:00.000Z</Date><StorageClass>GLACIER</StorageClass></Transition>
            <NoncurrentVersionExpiration><NoncurrentDays>5</NoncurrentDays><NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentVersionExpiration>
            <NoncurrentVersionTransition><NoncurrentDays>2</NoncurrentDays><StorageClass>GLACIER</StorageClass><NewerNoncurrentVersions>1</NewerNoncurrentVersions></NoncurrentVersionTransition>
            <FutureAction mode="gentle"><Depth>7</Depth><v:Odd xmlns:v="urn:vendor">text</v:Odd></FutureAction>
          </Rule>
          <Rule><ID>uploads</ID><Filter/><Status>Disabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>
          <Rule><Filter><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan></Filter><Status>Enabled</Status><Expiration><Date>2035-01-01T00:00:00.000Z</Date></Expiration></Rule>
          <Rule><ID>markers</ID><Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter><Status>Enabled</Status><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration></Rule>
          <Rule><ID>oss</ID><Filter><Not><Prefix>logs/keep/</Prefix><Tag><Key>a</Key><Value>b</Value></Tag></Not></Filter><Status>Enabled</Status><Tag><Key>c</Key><Value>d</Value></Tag><AbortMultipartUpload><CreatedBeforeDate>2031-01-01T00:00:00.000Z</CreatedBeforeDate></AbortMultipartUpload><Transition><Days>30</Days><StorageClass>IA</StorageClass><IsAccessTime>true</IsAccessTime><ReturnToStdWhenVisit>true</ReturnToStdWhenVisit><AllowSmallFile>false</AllowSmallFile></Transition><AtimeBase>1</AtimeBase></Rule>
          <VendorSetting>on</VendorSetting>

        """;
}
