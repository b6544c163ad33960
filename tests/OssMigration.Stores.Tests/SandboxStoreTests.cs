using OssMigration.Core.Stores;
using OssMigration.TestKit;

namespace OssMigration.Stores.Tests;

public abstract class SandboxStoreContract(SandboxFixture fixture, SandboxSide side) : StoreContract
{
    private SandboxProcess? _sandbox;

    protected override StoreTraits Traits => new()
    {
        Secrets = _sandbox is null ? [] : [_sandbox.S3Keys.AccessKeySecret, _sandbox.OssKeys.AccessKeySecret],
    };

    protected override async ValueTask<IObjectStore> CreateStoreAsync()
    {
        _sandbox = await fixture.StartedAsync();
        return Open(await _sandbox.CreateBucketAsync(side));
    }

    protected override ValueTask<IObjectStore> CreateStoreWithoutBucketAsync() => new(Open(_sandbox!.Address(side, SandboxProcess.NewBucketName())));

    private IObjectStore Open(StoreAddress address) =>
        new StoreFactory().OpenDestination(address, new StoreOpenOptions { Credential = _sandbox!.Credential(side) });
}

public sealed class S3StoreOnSandboxTests(SandboxFixture fixture) : SandboxStoreContract(fixture, SandboxSide.S3);

public sealed class OssStoreOnSandboxTests(SandboxFixture fixture) : SandboxStoreContract(fixture, SandboxSide.Oss);
