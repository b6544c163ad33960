using OssMigration.Core.Stores;
using OssMigration.Stores.Azure;
using OssMigration.Stores.Files;
using OssMigration.Stores.HttpList;
using OssMigration.Stores.Oss;
using OssMigration.Stores.S3;

namespace OssMigration.Stores;

/// <summary>Opens S3, OSS and folders; Azure and lists of URLs for reading.</summary>
public sealed class StoreFactory : IStoreFactory
{
    /// <inheritdoc/>
    public IObjectReader OpenSource(StoreAddress address, StoreOpenOptions options)
    {
        StoreAddressParser.Check(address);
        return address.Scheme switch
        {
            "s3" => S3Store.Open(address, options),
            "oss" => OssStore.Open(address, options),
            "azblob" => AzureStore.Open(address, options),
            "http" or "https" => HttpListStore.Open(address, options),
            _ => FileStore.Open(address, options),
        };
    }

    /// <inheritdoc/>
    public IObjectStore OpenDestination(StoreAddress address, StoreOpenOptions options)
        => OpenSource(address, options) as IObjectStore ?? throw new ArgumentException($"{address} can only be read: {address.Scheme} is a source.", nameof(address));
}
