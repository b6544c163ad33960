using System.Text;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Sas;
using OssMigration.Core.Stores;
using OssMigration.Stores.Azure;
using OssMigration.Stores.Http;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>The Azure store against Azurite, which nobody here wrote. What it is filled with goes through the SDK's own signing, but for names that its URIs fold.</summary>
public sealed class AzureStoreOnEmulatorTests : SourceContract
{
    // Azurite says AuthorizationFailure where Azure says AuthenticationFailed.
    private const StoreErrorKind Refusal = StoreErrorKind.AccessDenied;

    private AzureEmulator? _server;
    private BlobContainerClient? _container;
    private AzureClient? _raw;

    protected override StoreTraits Traits => new()
    {
        Secrets = _server is null ? [] : [_server.Key],
        StartsInTheMiddle = false,
        LeavesOutTheNamedKey = true,
        Order = StringComparer.Ordinal,
        TakesAbsentForChanged = true,
        TellsClassWhenRead = false,
        // It takes a backslash for a slash. Its listing breaks on the others, where Azure gives them encoded (AzureStoreAnswersTests).
        CannotHold = key => key.Contains('\\', StringComparison.Ordinal) || key.Any(unit => unit < ' ' && unit is not ('\t' or '\n' or '\r')),
    };

    [Fact]
    public async Task Append_blobs_are_read_like_block_blobs()
    {
        AppendBlobClient blob = _container!.GetAppendBlobClient("log");
        await blob.CreateAsync(cancellationToken: Token);
        foreach (string line in (string[])["first ", "second"])
            await blob.AppendBlockAsync(BinaryData.FromString(line).ToStream(), cancellationToken: Token);

        Assert.Equal("first second", await ReadTextAsync("log"));
        Assert.Empty((await HeadAsync("log")).Checksums);
    }

    [Fact]
    public async Task Page_blobs_are_read_with_their_empty_pages()
    {
        PageBlobClient blob = _container!.GetPageBlobClient("disk");
        await blob.CreateAsync(4096, cancellationToken: Token);
        await blob.UploadPagesAsync(new MemoryStream(Bytes(512)), 1024, cancellationToken: Token);

        byte[] content = await ReadAsync("disk");

        Assert.Equal([.. new byte[1024], .. Bytes(512), .. new byte[2560]], content);
        Assert.Empty((await HeadAsync("disk")).Checksums);
    }

    [Fact]
    public async Task A_block_blob_declares_its_MD5_and_one_of_many_blocks_none()
    {
        await _container!.GetBlockBlobClient("one").UploadAsync(new MemoryStream(Bytes(1000)), cancellationToken: Token);
        BlockBlobClient blocks = _container.GetBlockBlobClient("many");
        string id = Convert.ToBase64String([1]);
        await blocks.StageBlockAsync(id, new MemoryStream(Bytes(1000)), cancellationToken: Token);
        await blocks.CommitBlockListAsync([id], cancellationToken: Token);

#pragma warning disable CA5351 // The checksum that the service keeps.
        string md5 = Convert.ToBase64String(System.Security.Cryptography.MD5.HashData(Bytes(1000)));
#pragma warning restore CA5351
        Assert.Equal([new DeclaredChecksum(ChecksumAlgorithm.Md5, md5)], (await HeadAsync("one")).Checksums);
        Assert.Equal([new DeclaredChecksum(ChecksumAlgorithm.Md5, md5)], await Store.ReadAsync(new ReadRequest("one", null, null), (content, _) => new ValueTask<IReadOnlyList<DeclaredChecksum>>(content.Head.Checksums), Token));
        Assert.Empty((await HeadAsync("many")).Checksums);
    }

    [Fact]
    public async Task An_archived_blob_needs_a_restore_and_a_cool_one_does_not()
    {
        await WriteAsync("cold", "content");
        await WriteAsync("cool", "content");
        await _container!.GetBlobClient("cold").SetAccessTierAsync(AccessTier.Archive, cancellationToken: Token);
        await _container.GetBlobClient("cool").SetAccessTierAsync(AccessTier.Cool, cancellationToken: Token);

        List<ObjectEntry> listed = await ListAsync();
        Assert.Equal(
            [("cold", "Archive", ObjectAvailability.NeedsRestore), ("cool", "Cool", ObjectAvailability.Readable)],
            listed.Select(entry => (entry.Key, entry.StorageClass, entry.Availability)));
        Assert.Equal(ObjectAvailability.NeedsRestore, (await HeadAsync("cold")).Entry.Availability);
        await ThrowsAsync(StoreErrorKind.NeedsRestore, () => ReadAsync("cold"));
        Assert.Equal("content", await ReadTextAsync("cool"));
    }

    [Fact]
    public async Task Content_headers_and_metadata_come_as_they_are()
    {
        await _container!.GetBlobClient("key").UploadAsync(BinaryData.FromString("content"), new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = "text/x-odd; charset=koi8-r", CacheControl = "max-age=60, private", ContentDisposition = "attachment; filename=\"a b.txt\"", ContentEncoding = "gzip", ContentLanguage = "de, en" },
            Metadata = new Dictionary<string, string> { ["Author"] = "alice", ["long_name"] = new string('v', 500) },
        }, Token);

        ObjectMetadata head = (await HeadAsync("key")).Metadata;
        ObjectMetadata read = await Store.ReadAsync(new ReadRequest("key", new ByteRange(0, 1), null), (content, _) => new ValueTask<ObjectMetadata>(content.Head.Metadata), Token);

        foreach (ObjectMetadata metadata in (ObjectMetadata[])[head, read])
        {
            Assert.Equal(("text/x-odd; charset=koi8-r", "max-age=60, private", "attachment; filename=\"a b.txt\"", "gzip", "de, en"), (metadata.ContentType, metadata.CacheControl, metadata.ContentDisposition, metadata.ContentEncoding, metadata.ContentLanguage));
            Assert.Equal(["author=alice", $"long_name={new string('v', 500)}"], metadata.User.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task A_shared_access_signature_reads_and_is_in_no_error()
    {
        await WriteAsync("key", "content");
        string signature = _container!.GenerateSasUri(BlobContainerSasPermissions.Read | BlobContainerSasPermissions.List, DateTimeOffset.UtcNow.AddHours(1)).Query;
        string secret = Uri.UnescapeDataString(signature[(signature.IndexOf("sig=", StringComparison.Ordinal) + 4)..].Split('&')[0]);
        await using AzureStore store = Open(_container.Name, new StoreCredential(_server!.Account, signature));

        Assert.Equal("content", Encoding.UTF8.GetString(await store.ReadAsync(new ReadRequest("key", null, null), TakeAllAsync, Token)));
        Assert.Single((await store.ListPageAsync(new ListPageRequest("", null, null, 10), Token)).Entries);
        await using AzureStore spoiled = Open(_container.Name, new StoreCredential(_server.Account, signature.Replace("sig=", "sig=A", StringComparison.Ordinal)));
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => spoiled.HeadAsync("key", Token));
        Assert.Equal(Refusal, error.Kind);
        Assert.DoesNotContain("sig=", $"{error}{error.Describe()}{store.DisplayName}", StringComparison.Ordinal);
        Assert.DoesNotContain(secret, $"{error}{error.Describe()}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_and_one_that_is_none_are_credential_errors()
    {
        await using AzureStore wrong = Open(_container!.Name, new StoreCredential(_server!.Account, Convert.ToBase64String(new byte[64])));
        await using AzureStore none = Open(_container.Name, new StoreCredential(_server.Account, "no key!"));

        Assert.Equal(Refusal, (await Assert.ThrowsAsync<StoreException>(() => wrong.HeadAsync("key", Token))).Kind);
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => none.HeadAsync("key", Token));
        Assert.Equal(StoreErrorKind.Credential, error.Kind);
        Assert.DoesNotContain("no key!", error.ToString(), StringComparison.Ordinal);
    }

    protected override async ValueTask<IObjectReader> OpenStoreAsync()
    {
        _server = AzureEmulator.Require();
        string name = AzureEmulator.NewContainerName();
        _container = new BlobContainerClient(new Uri(_server.Endpoint, $"{_server.Account}/{name}"), new StorageSharedKeyCredential(_server.Account, _server.Key), new BlobClientOptions { TrimBlobNameSlashes = false });
        await _container.CreateAsync(cancellationToken: Token);
        _raw = new AzureClient(_server.Address(name), _server.Credential, new HttpTransportOptions());
        return Open(name, new StoreCredential(_server.Account, _server.Key));
    }

    protected override ValueTask<IObjectReader> OpenStoreWithoutBucketAsync() => new(Open(AzureEmulator.NewContainerName(), new StoreCredential(_server!.Account, _server.Key)));

    protected override async Task WriteAsync(string key, byte[] content, ObjectMetadata? metadata = null)
    {
        AzureRequest put = new(HttpMethod.Put, key, "") { Body = content };
        put.Headers.Add(new("x-ms-blob-type", "BlockBlob"));
        if (metadata?.ContentType is { } type)
            put.Headers.Add(new("x-ms-blob-content-type", type));
        using HttpAnswer answer = await _raw!.SendAsync(put, Token);
    }

    protected override async ValueTask RemoveStoreAsync()
    {
        _raw?.Dispose();
        if (_container is not null)
            await _container.DeleteAsync(cancellationToken: CancellationToken.None);
    }

    private AzureStore Open(string container, StoreCredential credential)
        => AzureStore.Open(_server!.Address(container), new StoreOpenOptions { Credential = new FixedCredentialProvider(credential) });
}
