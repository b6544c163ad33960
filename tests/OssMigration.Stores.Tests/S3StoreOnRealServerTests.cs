using OssMigration.Core.Stores;
using OssMigration.Stores.S3;
using OssMigration.TestKit;

namespace OssMigration.Stores.Tests;

/// <summary>The S3 store against a server that nobody here wrote.</summary>
public sealed class S3StoreOnRealServerTests : StoreContract
{
    private RealS3Server? _server;
    private StoreAddress? _address;

    // Conditional writes are younger than many servers, and some answer a second Complete like the first.
    protected override StoreTraits Traits => new()
    {
        ObeysForbidOverwrite = false,
        MayCompleteTwice = true,
        LeavesOutUnnamedParts = false,
        IsVagueAboutAbortedUploads = true,
        Secrets = _server is null ? [] : [_server.Keys.AccessKeySecret],
    };

    protected override async ValueTask<IObjectStore> CreateStoreAsync()
    {
        _server = RealS3Server.Require();
        _address = _server.Address(S3TestBucket.NewName());
        await S3TestBucket.CreateAsync(_address, new FixedCredentialProvider(_server.Keys), Token);
        return Open(_address);
    }

    protected override ValueTask<IObjectStore> CreateStoreWithoutBucketAsync() => new(Open(_server!.Address(S3TestBucket.NewName())));

    protected override async ValueTask RemoveStoreAsync()
    {
        if (_address is not null)
            await S3TestBucket.RemoveAsync(_address, new FixedCredentialProvider(_server!.Keys), CancellationToken.None);
    }

    private S3Store Open(StoreAddress address) => S3Store.Open(address, new StoreOpenOptions { Credential = new FixedCredentialProvider(_server!.Keys) });
}
