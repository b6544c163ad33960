using System.Globalization;
using OssMigration.Core.Comparing;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Manifests;

namespace OssMigration.Core.Reporting.Export;

/// <summary>
/// The four lists that Alibaba's Data Online Migration gives, one row an object: total, completed, skipped and failed. Columns are that service's as
/// far as the manifest knows them (it keeps versions and checksums, no dates), then ours.
/// </summary>
internal sealed class ObjectLists : IAsyncDisposable
{
    /// <summary>What the files are named after; the total is the sum of the other three.</summary>
    public static readonly IReadOnlyList<string> Names = ["total", "completed", "skipped", "failed"];

    /// <summary>The columns.</summary>
    public static readonly IReadOnlyList<string> Columns =
    [
        "SourceName", "DestinationName", "SourceSize", "DestinationSize", "SourceMD5", "DestinationMD5", "SourceCRC64", "DestinationCRC64",
        "Key", "Outcome", "Proof", "SourceVersion", "DestinationETag", "Run", "ErrorKind", "Message", "RecordedAt",
    ];

    private readonly ObjectName _source;
    private readonly ObjectName _destination;
    private readonly KeyEncoding? _keys;
    private readonly CsvWriter[] _lists;

    /// <summary>Begins the lists; they are written in the order of <see cref="Names"/>.</summary>
    /// <param name="job">The job.</param>
    /// <param name="keys">How its keys are encoded; null where they are not.</param>
    /// <param name="files">Where to.</param>
    public ObjectLists(MigrationJob job, KeyEncoding? keys, IReadOnlyList<Stream> files)
    {
        _keys = keys;
        _source = new ObjectName(job.Source);
        _destination = new ObjectName(job.Destination);
        _lists = [.. files.Select(file => new CsvWriter(file))];
        string[] columns = [.. Columns];
        foreach (CsvWriter list in _lists)
            list.Write(columns);
    }

    /// <summary>The file of a list: <c>photos.csv</c> and <c>total</c> give <c>photos_total_list.csv</c>.</summary>
    public static string FileOf(string path, string list)
        => Path.Combine(Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}_{list}_list{Path.GetExtension(path)}");

    /// <summary>Writes an object into the total and into its list; nothing where the source does not have it.</summary>
    public void Write(ObjectRow row)
    {
        if (!row.IsListed)
            return;
        string[] cells = Cells(row);
        _lists[0].Write(cells);
        _lists[1 + (int)row.List].Write(cells);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (CsvWriter list in _lists)
            await list.DisposeAsync().ConfigureAwait(false);
    }

    private string[] Cells(ObjectRow row)
    {
        // What failed may be there in an older version; that says nothing of this one.
        SettledEntry? there = row.List == ObjectList.Failed ? null : row.Settled;
        string etag = there?.DestinationETag ?? "";
        string sourceMd5 = Md5(row.SourceVersion);
        string destinationMd5 = Md5(etag);

        // Equal contents with two such ETags: one of them only looks like an MD5 (SSE-KMS).
        if (sourceMd5.Length > 0 && destinationMd5.Length > 0 && sourceMd5 != destinationMd5)
            sourceMd5 = destinationMd5 = "";
        string crc = there?.Crc64?.ToString(CultureInfo.InvariantCulture) ?? "";
        return
        [
            _source.Of(row.Key),
            _destination.Of(_keys?.Encode(row.Key) ?? row.Key),
            row.Size.ToString(CultureInfo.InvariantCulture),
            there?.Size.ToString(CultureInfo.InvariantCulture) ?? "",
            sourceMd5,
            destinationMd5,
            crc,
            crc,
            VisibleText.Of(row.Key),
            row.Outcome,
            there is null ? "" : there.Proof.ToString(),
            VisibleText.Of(row.SourceVersion),
            VisibleText.Of(etag),
            row.Run.ToString(CultureInfo.InvariantCulture),
            row.Item?.ErrorKind ?? "",
            VisibleText.Of(row.Item?.Message),
            Figures.Time(row.Item?.UpdatedAt),
        ];
    }

    private static string Md5(string etag) => Identity.LooksLikeMd5(etag) ? etag.ToLowerInvariant() : "";
}
