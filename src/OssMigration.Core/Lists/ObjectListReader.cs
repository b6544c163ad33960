using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Lists;

/// <summary>Where an object list lies.</summary>
/// <param name="Path">A file of this machine; null for one at a store.</param>
/// <param name="Address">The file at a store, its key as prefix; null for one of this machine.</param>
/// <param name="Credential">Keys of that store, given by hand.</param>
public sealed record ObjectListPlace(string? Path, StoreAddress? Address, ICredentialProvider? Credential)
{
    /// <summary>For people.</summary>
    public string Origin => Path ?? Address!.Uri;
}

/// <summary>
/// Reads an object list from its files: CSV with a first line that names the columns, or the manifest.json of an inventory of S3 or OSS,
/// each file plain or in gzip. Keys of an inventory are full keys; those of other lists are what follows the source's prefix. A file of an inventory is read only if it has the size and MD5 that the manifest says.
/// </summary>
public sealed class ObjectListReader(EngineEnvironment environment, IRunListener listener)
{
    /// <summary>Reads all rows into the intake.</summary>
    /// <param name="place">Where the list lies.</param>
    /// <param name="source">The address that is migrated: an inventory of another bucket is refused.</param>
    /// <param name="intake">Takes the rows.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArgumentException">The list cannot be read; the message says where and why.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="StoreException">A store refuses.</exception>
    public async Task ReadAsync(ObjectListPlace place, StoreAddress source, ObjectListIntake intake, CancellationToken cancellationToken)
    {
        string? bucket = source.Scheme == "file" ? null : source.Bucket;
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("ossmigration-list-");
        try
        {
            await using ListFiles files = place.Path is { } path
                ? new LocalListFiles(path)
                : new StoreListFiles(environment, place.Address!, place.Credential, scratch.FullName, listener);
            string named = await files.FetchAsync(cancellationToken).ConfigureAwait(false);
            if (!place.Origin.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            {
                ReadFile(named, place.Origin, columns: null, bucket, intake, cancellationToken);
                return;
            }

            InventoryManifest manifest = await ManifestAsync(named, place.Origin, bucket, cancellationToken).ConfigureAwait(false);
            files.Release(named);
            ListColumns columns = ListColumns.Of(manifest.Schema, isEncoded: true) ?? throw new ArgumentException($"{place.Origin}: the inventory has no column Key.");
            foreach (InventoryPart part in manifest.Parts)
            {
                string file = await files.FetchAsync(part, cancellationToken).ConfigureAwait(false);
                await CheckAsync(file, part, cancellationToken).ConfigureAwait(false);
                ReadFile(file, part.Key, columns, bucket, intake, cancellationToken);
                files.Release(file);
            }
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static async Task<InventoryManifest> ManifestAsync(string file, string origin, string? bucket, CancellationToken cancellationToken)
    {
        try
        {
            InventoryManifest manifest = InventoryManifest.Parse(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false));
            return bucket is null || manifest.SourceBucket == bucket
                ? manifest
                : throw new FormatException($"The inventory is of bucket '{VisibleText.Of(manifest.SourceBucket)}', and objects of '{bucket}' are migrated");
        }
        catch (FormatException error)
        {
            throw new ArgumentException($"{origin}: {error.Message}.", error);
        }
    }

    private static async Task CheckAsync(string file, InventoryPart part, CancellationToken cancellationToken)
    {
        FileStream content = File.OpenRead(file);
        await using (content.ConfigureAwait(false))
        {
            if (part.Size is { } size && size != content.Length)
                throw new ArgumentException(FormattableString.Invariant($"{VisibleText.Of(part.Key)}: the manifest says {size} bytes, and the file has {content.Length}. Fetch the inventory again."));
            if (part.Md5 is not { } md5)
                return;
#pragma warning disable CA5351 // MD5 is what manifests of inventories have.
            string found = Convert.ToHexString(await MD5.HashDataAsync(content, cancellationToken).ConfigureAwait(false));
#pragma warning restore CA5351
            if (!found.Equals(md5, StringComparison.OrdinalIgnoreCase))
                throw new ArgumentException($"{VisibleText.Of(part.Key)}: the MD5 of the file is not the one in the manifest. Fetch the inventory again.");
        }
    }

    private static void ReadFile(string path, string name, ListColumns? columns, string? bucket, ObjectListIntake intake, CancellationToken cancellationToken)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        using Stream content = IsGzip(file) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using StreamReader text = new(content, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, 1 << 16);
        long line = 0;
        try
        {
            foreach (List<string> row in CsvRows.Read(text))
            {
                line++;
                if (columns is null)
                {
                    columns = ListColumns.Of(row, isEncoded: false)
                        ?? throw new FormatException("the first line names no column Key. An object list in CSV begins with a line of names: Key, and as far as they are known Size, ETag, LastModified, StorageClass");
                    continue;
                }

                if (columns.Read(row, bucket) is { } listed)
                    Add(listed, columns.IsInventory);
                if (line % 10_000 == 0)
                    cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (Exception error) when (error is FormatException or ArgumentException or InvalidDataException)
        {
            throw new ArgumentException(FormattableString.Invariant($"{VisibleText.Of(name)}, row {line}: {error.Message.TrimEnd('.')}."), error);
        }

        void Add(ListedObject listed, bool isFullKey)
        {
            if (isFullKey)
                intake.AddFull(listed);
            else
                intake.Add(listed);
        }
    }

    private static bool IsGzip(FileStream file)
    {
        bool isGzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return isGzip;
    }
}
