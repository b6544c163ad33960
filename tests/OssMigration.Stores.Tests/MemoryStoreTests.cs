using OssMigration.Core.Stores;
using OssMigration.TestKit;

namespace OssMigration.Stores.Tests;

public abstract class MemoryStoreContract(StoreFlavor flavor) : StoreContract
{
    protected override ValueTask<IObjectStore> CreateStoreAsync() => new(new MemoryStore(new MemoryStoreOptions { Flavor = flavor }));

    protected override ValueTask<IObjectStore> CreateStoreWithoutBucketAsync() =>
        new(new MemoryStore(new MemoryStoreOptions { Flavor = flavor, Bucket = "missing" }) { BucketExists = false });
}

public sealed class MemoryStoreLikeS3Tests() : MemoryStoreContract(StoreFlavor.S3);

public sealed class MemoryStoreLikeOssTests() : MemoryStoreContract(StoreFlavor.Oss);
