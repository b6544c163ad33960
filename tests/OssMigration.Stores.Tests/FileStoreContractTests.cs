using OssMigration.Core.Stores;
using OssMigration.Stores.Files;
using OssMigration.TestKit;

namespace OssMigration.Stores.Tests;

public sealed class FileStoreContractTests : StoreContract
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ossmigration-");

    protected override StoreTraits Traits { get; } = new()
    {
        KeepsMetadata = false,
        HasETags = false,
        HoldsKeysBelowKeys = false,
        // Names beyond 255 bytes are the file system's own limit; the odd keys keep below it.
        CannotHold = key => key.Split('/').Any(name => name is "" or "." or ".."),
    };

    protected override ValueTask<IObjectStore> CreateStoreAsync() => new(Open(_folder.FullName));

    protected override ValueTask<IObjectStore> CreateStoreWithoutBucketAsync() => new(Open(Path.Join(_folder.FullName, "missing")));

    protected override ValueTask RemoveStoreAsync()
    {
        _folder.Delete(recursive: true);
        return default;
    }

    private static FileStore Open(string folder) => FileStore.Open(new StoreAddress { Scheme = "file", Bucket = folder }, new StoreOpenOptions());
}
