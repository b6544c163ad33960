using System.Text;
using OssMigration.Core.Lists;
using Xunit;

namespace OssMigration.Core.Tests.Lists;

public sealed class ListColumnsTests
{
    [Theory]
    [InlineData("Bucket, Key, Size, LastModifiedDate, ETag, StorageClass", "b,raw%2F1+%2B+%C3%A4.jpg,9,2026-01-01T00:00:00.000Z,\"abc\",STANDARD", "raw/1 + ä.jpg 9 abc 2026-01-01 STANDARD")]
    [InlineData("Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, StorageClass, LastModifiedDate, ETag", "b,k,v,true,false,9,Standard,1767225600,ABC", "k 9 ABC 2026-01-01 Standard")]
    [InlineData("Key", "k", "k    ")]
    [InlineData("key,SIZE,Last Modified", "k,0,yesterday", "k 0   ")]
    public void An_object_is_read_by_the_names_of_the_columns(string schema, string row, string expected)
    {
        ListColumns columns = ListColumns.Of(schema.Split(','), isEncoded: true)!;

        ListedObject found = columns.Read(row.Split(','), "b")!;

        Assert.Equal(expected, $"{found.Key} {found.Size} {found.ETag} {found.LastModified:yyyy-MM-dd} {found.StorageClass}");
    }

    [Theory]
    [InlineData("k,false,false")]
    [InlineData("k,true,true")]
    public void Older_versions_and_delete_markers_are_no_objects(string row)
        => Assert.Null(ListColumns.Of(["Key", "IsLatest", "IsDeleteMarker"], isEncoded: true)!.Read(row.Split(','), "b"));

    [Theory]
    [InlineData("other,k,1", "is of bucket 'other'")]
    [InlineData("b,,1", "has no key")]
    [InlineData("b,k,1.5", "is no size")]
    [InlineData("b,k,-1", "is no size")]
    public void A_row_that_is_none_is_refused(string row, string reason)
        => Assert.Contains(reason, Assert.Throws<FormatException>(() => ListColumns.Of(["Bucket", "Key", "Size"], isEncoded: true)!.Read(row.Split(','), "b")).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_a_column_Key_it_is_no_list() => Assert.Null(ListColumns.Of(["name", "size"], isEncoded: false));

    [Fact]
    public void A_key_that_is_not_encoded_is_taken_as_it_is()
        => Assert.Equal("a%2Fb+c", ListColumns.Of(["Key"], isEncoded: false)!.Read(["a%2Fb+c"], "b")!.Key);

    [Theory]
    [InlineData("""{"sourceBucket":"b","destinationBucket":"arn:aws:s3:::inv","version":"2016-11-30","fileFormat":"CSV","fileSchema":"Bucket, Key, Size","files":[{"key":"inv/data/1.csv.gz","size":10,"MD5checksum":"ab"}]}""")]
    [InlineData("""{"creationTimestamp":"1642994594","destinationBucket":"inv","fileFormat":"CSV","fileSchema":"Bucket, Key, Size","files":[{"MD5checksum":"ab","key":"inv/data/1.csv.gz","size":10}],"sourceBucket":"b","version":"2019-09-01"}""")]
    public void The_manifests_of_both_clouds_are_read(string json)
    {
        InventoryManifest manifest = InventoryManifest.Parse(Encoding.UTF8.GetBytes(json));

        Assert.Equal("b", manifest.SourceBucket);
        Assert.NotNull(ListColumns.Of(manifest.Schema, isEncoded: true));
        Assert.Equal(new InventoryPart("inv/data/1.csv.gz", 10, "ab"), Assert.Single(manifest.Parts));
    }

    [Theory]
    [InlineData("""{"fileFormat":"Parquet","sourceBucket":"b","fileSchema":"x","files":[]}""", "Parquet")]
    [InlineData("""{"fileFormat":"CSV"}""", "no manifest")]
    [InlineData("Key\na", "no manifest")]
    [InlineData("[]", "no manifest")]
    public void What_is_no_such_manifest_is_refused(string json, string reason)
        => Assert.Contains(reason, Assert.Throws<FormatException>(() => InventoryManifest.Parse(Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);
}
