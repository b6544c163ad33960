using OssMigration.Core.Stores;
using OssMigration.Stores.S3;
using OssMigration.TestKit;

namespace OssMigration.Stores.Tests;

/// <summary>Old versions in memory.</summary>
public sealed class VersionsInMemoryTests : VersionContract
{
    protected override ValueTask<IObjectStore> CreateStoreAsync() => new(new MemoryStore(new MemoryStoreOptions { Versioning = BucketVersioning.Enabled, PageSize = 4 }));
}

/// <summary>Old versions by the S3 and the OSS client against the sandbox.</summary>
public abstract class SandboxVersionContract(SandboxFixture fixture, SandboxSide side) : VersionContract
{
    protected override async ValueTask<IObjectStore> CreateStoreAsync()
    {
        SandboxProcess sandbox = await fixture.StartedAsync();
        StoreAddress address = await sandbox.CreateBucketAsync(side, new SandboxBucket { Versioning = "enabled" });
        return new StoreFactory().OpenDestination(address, new StoreOpenOptions { Credential = sandbox.Credential(side) });
    }
}

public sealed class S3VersionsOnSandboxTests(SandboxFixture fixture) : SandboxVersionContract(fixture, SandboxSide.S3)
{
    protected override bool NamesWhatItWrote => false;
}

public sealed class OssVersionsOnSandboxTests(SandboxFixture fixture) : SandboxVersionContract(fixture, SandboxSide.Oss);

/// <summary>Old versions by the S3 client against a server that nobody here wrote.</summary>
public sealed class S3VersionsOnRealServerTests : VersionContract, IAsyncDisposable
{
    private StoreAddress? _address;
    private FixedCredentialProvider? _keys;

    protected override bool NamesWhatItWrote => false;

    public async ValueTask DisposeAsync()
    {
        if (_address is not null)
            await S3TestBucket.RemoveAsync(_address, _keys!, CancellationToken.None);
    }

    protected override async ValueTask<IObjectStore> CreateStoreAsync()
    {
        RealS3Server server = RealS3Server.Require();
        _keys = new FixedCredentialProvider(server.Keys);
        StoreAddress address = server.Address(S3TestBucket.NewName());
        await S3TestBucket.CreateAsync(address, _keys, Xunit.TestContext.Current.CancellationToken);
        _address = address;
        await S3TestBucket.EnableVersioningAsync(address, _keys, Xunit.TestContext.Current.CancellationToken);
        return S3Store.Open(address, new StoreOpenOptions { Credential = _keys });
    }
}
