using System.Globalization;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Files;

// An upload is a folder: "upload" holds date and key, and each part is a file named by its number and a token.
public sealed partial class FileStore
{
    private const string UploadFile = "upload";

    private string UploadsFolder => Path.Join(_paths.Root, FilePaths.SideFolder, "uploads");

    /// <inheritdoc/>
    public Task<string> InitiateAsync(InitiateRequest request, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<string>(cancellationToken);
        return Task.FromResult(Guarded(request.Key, () => Initiate(request)));
    }

    /// <inheritdoc/>
    public async Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (request.Number < 1 || request.Number > Limits.MaxParts)
            throw Error(StoreErrorKind.InvalidRequest, $"There is no part {request.Number}.", request.Key);
        string folder = Guarded(request.Key, () => RequireUpload(request.Key, request.UploadId));
        string temporary = await WriteTemporaryAsync(request.Key, file => CopyAsync(request.Body, file, cancellationToken)).ConfigureAwait(false);
        return Guarded(request.Key, () => KeepPart(request, folder, temporary));
    }

    /// <inheritdoc/>
    public async Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string folder = Guarded(request.Key, () => RequireUpload(request.Key, request.UploadId));
        string path = _paths.ForWriting(request.Key);
        List<string> parts = NamedParts(request, folder);
        string temporary = await WriteTemporaryAsync(request.Key, file => JoinAsync(parts, file, cancellationToken)).ConfigureAwait(false);
        PutResult result = Guarded(request.Key, () => Publish(temporary, path, request.Key, request.ForbidOverwrite));
        Guarded(request.Key, () => RemoveUpload(folder));
        return result;
    }

    /// <inheritdoc/>
    public Task AbortAsync(string key, string uploadId, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        return Task.FromResult(Guarded(key, () => FindUpload(key, uploadId) is { } folder && RemoveUpload(folder)));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<OpenUpload>> ListUploadsAsync(string keyPrefix, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<IReadOnlyList<OpenUpload>>(cancellationToken);
        return Task.FromResult(Guarded(null, () => ListUploads(keyPrefix)));
    }

    private static async Task JoinAsync(List<string> parts, Stream file, CancellationToken cancellationToken)
    {
        foreach (string part in parts)
        {
            FileStream body = new(part, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
            await using (body.ConfigureAwait(false))
                await CopyAsync(body, file, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool RemoveUpload(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static OpenUpload? ReadUpload(string folder)
    {
        try
        {
            string text = File.ReadAllText(Path.Join(folder, UploadFile));
            int end = text.IndexOf('\n', StringComparison.Ordinal);
            DateTimeOffset initiated = DateTimeOffset.Parse(text.AsSpan(0, end), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            return new OpenUpload(text[(end + 1)..], Path.GetFileName(folder), initiated);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or FormatException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static string PartName(int number, string token) => string.Create(CultureInfo.InvariantCulture, $"part-{number:D5}-{token}");

    private string Initiate(InitiateRequest request)
    {
        _paths.RequireRoot();
        string path = _paths.ForWriting(request.Key);
        if (request.ForbidOverwrite && File.Exists(path))
            throw Error(StoreErrorKind.AlreadyExists, "The file exists.", request.Key);
        string id = Guid.NewGuid().ToString("n");
        string folder = Path.Join(UploadsFolder, id);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Join(folder, UploadFile), $"{_time.GetUtcNow().UtcDateTime:O}\n{request.Key}");
        return id;
    }

    private string RequireUpload(string key, string uploadId)
    {
        _paths.RequireRoot();
        return FindUpload(key, uploadId) ?? throw Error(StoreErrorKind.NoSuchUpload, "There is no such upload.", key);
    }

    // Only what Initiate makes is an id, so that none leads elsewhere.
    private string? FindUpload(string key, string uploadId)
    {
        if (!Guid.TryParseExact(uploadId, "n", out _))
            return null;
        string folder = Path.Join(UploadsFolder, uploadId);
        return ReadUpload(folder)?.Key == key ? folder : null;
    }

    private UploadedPart KeepPart(UploadPartRequest request, string folder, string temporary)
    {
        try
        {
            string token = Guid.NewGuid().ToString("n");
            string name = PartName(request.Number, token);
            long size = new FileInfo(temporary).Length;
            File.Move(temporary, Path.Join(folder, name));
            foreach (string earlier in Directory.EnumerateFiles(folder, PartName(request.Number, "*")))
            {
                if (Path.GetFileName(earlier) != name)
                    File.Delete(earlier);
            }

            return new UploadedPart(request.Number, token, null, size);
        }
        catch (DirectoryNotFoundException)
        {
            throw Error(StoreErrorKind.NoSuchUpload, "The upload ended meanwhile.", request.Key);
        }
        finally
        {
            TryDelete(temporary);
        }
    }

    private List<string> NamedParts(CompleteRequest request, string folder)
    {
        if (request.Parts.Count == 0)
            throw Error(StoreErrorKind.InvalidRequest, "No parts were named.", request.Key);
        List<string> paths = [];
        int last = 0;
        foreach (UploadedPart part in request.Parts)
        {
            string path = Path.Join(folder, PartName(part.Number, part.ETag));
            if (part.Number <= last || !Guid.TryParseExact(part.ETag, "n", out _) || !File.Exists(path))
                throw Error(StoreErrorKind.InvalidRequest, $"Part {part.Number} is out of order or was not written.", request.Key);
            last = part.Number;
            paths.Add(path);
        }

        return paths;
    }

    private IReadOnlyList<OpenUpload> ListUploads(string keyPrefix)
    {
        _paths.RequireRoot();
        if (!Directory.Exists(UploadsFolder))
            return [];
        return [.. Directory.EnumerateDirectories(UploadsFolder)
            .Select(ReadUpload)
            .OfType<OpenUpload>()
            .Where(upload => upload.Key.StartsWith(keyPrefix, StringComparison.Ordinal))
            .OrderBy(upload => upload.Key, KeyOrder.Instance)
            .ThenBy(upload => upload.Initiated)];
    }
}
