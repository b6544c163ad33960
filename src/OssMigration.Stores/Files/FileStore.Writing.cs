using System.Security.Cryptography;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Files;

public sealed partial class FileStore
{
    private const int CopyBytes = 128 * 1024;
    private const int MoveAttempts = 5;

    private string TemporaryFolder => Path.Join(_paths.Root, FilePaths.SideFolder, "temporary");

    /// <inheritdoc/>
    public async Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _paths.RequireRoot();
        string path = _paths.ForWriting(request.Key);
        string temporary = await WriteTemporaryAsync(request.Key, file => CopyAsync(request, file, cancellationToken)).ConfigureAwait(false);
        return Guarded(request.Key, () => Publish(temporary, path, request.Key, request.ForbidOverwrite));
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        return Task.FromResult(Guarded(key, () => Delete(key)));
    }

    private bool Delete(string key)
    {
        _paths.RequireRoot();
        if (Find(key) is not { } file)
            return false;
        try
        {
            file.Delete();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }

        RemoveEmptyFolders(Path.GetDirectoryName(file.FullName)!);
        return true;
    }

    // A folder is there for its files only, as in a bucket.
    private void RemoveEmptyFolders(string folder)
    {
        try
        {
            while (folder.Length > _paths.Root.Length && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
                folder = Path.GetDirectoryName(folder)!;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody wrote into it or removed it first.
        }
    }

    private async Task<string> WriteTemporaryAsync(string key, Func<Stream, Task> write)
    {
        string path = Path.Join(TemporaryFolder, Guid.NewGuid().ToString("n"));
        try
        {
            Directory.CreateDirectory(TemporaryFolder);
            FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
                await write(file).ConfigureAwait(false);
            return path;
        }
        catch (Exception error)
        {
            TryDelete(path);
            if (FileErrors.IsKnown(error))
                throw FileErrors.Translate(error, DisplayName, key);
            throw;
        }
    }

    private static Task CopyAsync(Stream body, Stream file, CancellationToken cancellationToken)
    {
        body.Position = 0;
        return body.CopyToAsync(file, CopyBytes, cancellationToken);
    }

    private async Task CopyAsync(PutRequest request, Stream file, CancellationToken cancellationToken)
    {
        if (request.Md5 is null)
        {
            await CopyAsync(request.Body, file, cancellationToken).ConfigureAwait(false);
            return;
        }

#pragma warning disable CA5351 // MD5 is what callers know of a content by its ETag.
        using MD5 md5 = MD5.Create();
#pragma warning restore CA5351
        CryptoStream hashing = new(file, md5, CryptoStreamMode.Write, leaveOpen: true);
        await using (hashing.ConfigureAwait(false))
            await CopyAsync(request.Body, hashing, cancellationToken).ConfigureAwait(false);
        if (!string.Equals(Convert.ToHexString(md5.Hash!), request.Md5, StringComparison.OrdinalIgnoreCase))
            throw Error(StoreErrorKind.DigestMismatch, "The content does not have the MD5 that the write names.", request.Key);
    }

    private PutResult Publish(string temporary, string path, string key, bool forbidOverwrite)
    {
        try
        {
            if (Directory.Exists(path))
                throw Error(StoreErrorKind.InvalidRequest, "A folder of that name stands there.", key);
            FileInfo old = new(path);
            if (forbidOverwrite && old.Exists)
                throw Error(StoreErrorKind.AlreadyExists, "The file exists.", key);
            // Clocks of file systems tick in milliseconds, and two versions must not have the same date.
            DateTime written = _time.GetUtcNow().UtcDateTime;
            if (old.Exists && written <= old.LastWriteTimeUtc)
                written = old.LastWriteTimeUtc.AddTicks(1);
            File.SetLastWriteTimeUtc(temporary, written);
            Move(temporary, path, key, forbidOverwrite);
            return new PutResult(Entry(key, new FileInfo(path)).Version.Value, null);
        }
        finally
        {
            TryDelete(temporary);
        }
    }

    private void Move(string temporary, string path, string key, bool forbidOverwrite)
    {
        string folder = Path.GetDirectoryName(path)!;
        for (int attempt = 1; ; attempt++)
        {
            CreateFolder(folder, key);
            try
            {
                File.Move(temporary, path, overwrite: !forbidOverwrite);
                return;
            }
            catch (DirectoryNotFoundException) when (attempt < MoveAttempts)
            {
                // A deletion took the folder away because it was empty.
            }
            catch (IOException) when (forbidOverwrite && File.Exists(path))
            {
                throw Error(StoreErrorKind.AlreadyExists, "The file exists.", key);
            }
        }
    }

    private void CreateFolder(string folder, string key)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (IOException error) when (HasFileInTheWay(folder))
        {
            throw new StoreException(StoreErrorKind.InvalidRequest, DisplayName, "A file stands where the key has a folder.", error) { Key = key };
        }
    }

    private bool HasFileInTheWay(string folder)
    {
        for (string? step = folder; step is not null && step.Length > _paths.Root.Length; step = Path.GetDirectoryName(step))
        {
            if (File.Exists(step))
                return true;
        }

        return false;
    }

    private void RemoveEmptySideFolder()
    {
        try
        {
            string side = Path.Join(_paths.Root, FilePaths.SideFolder);
            foreach (string folder in new[] { TemporaryFolder, UploadsFolder, side })
            {
                if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                    Directory.Delete(folder);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another process is writing there.
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is not listed, and does no harm.
        }
    }
}
