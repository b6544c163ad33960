using System.Text;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.HttpList;

/// <summary>
/// A list on the disk, sorted by key, so that it can be listed like a bucket from any key on and found in by key. In memory is one key in
/// 256. Made once, then read by many threads; deleted with its object.
/// </summary>
internal sealed class SortedUrls : IDisposable
{
    private const int LinesInMemory = 50_000;
    private const int LinesOfAStep = 256;

    private readonly string _path;
    private readonly List<(string Key, long Offset)> _steps = [];

    private SortedUrls(string path) => _path = path;

    /// <summary>Sorts a list.</summary>
    /// <exception cref="StoreException">Listing: it cannot be understood, or names a key twice. LocalDisk: no room.</exception>
    public static async Task<SortedUrls> SortAsync(UrlList list, string store, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("ossmigration-list-").FullName;
        SortedUrls sorted = new(Path.Combine(folder, "sorted"));
        try
        {
            List<string> runs = [];
            while (await list.ReadAsync(LinesInMemory, cancellationToken).ConfigureAwait(false) is { Count: > 0 } lines)
            {
                lines.Sort();
                runs.Add(Path.Combine(folder, $"run-{runs.Count}"));
                await File.WriteAllLinesAsync(runs[^1], lines.Select(Line), cancellationToken).ConfigureAwait(false);
            }

            sorted.Merge(runs, store);
            runs.ForEach(File.Delete);
            return sorted;
        }
        catch (Exception error)
        {
            sorted.Dispose();
            if (error is IOException or UnauthorizedAccessException)
                throw new StoreException(StoreErrorKind.LocalDisk, store, $"The list could not be sorted on this machine's disk: {error.Message}", error);
            throw;
        }
    }

    /// <summary>The lines from a key on, itself included, in order.</summary>
    public IEnumerable<ListedUrl> From(string key)
    {
        int step = _steps.FindLastIndex(start => KeyOrder.CompareKeys(start.Key, key) <= 0);
        using FileStream file = new(_path, FileMode.Open, FileAccess.Read, FileShare.Read);
        file.Position = step < 0 ? 0 : _steps[step].Offset;
        using StreamReader lines = new(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        while (lines.ReadLine() is { } line)
        {
            ListedUrl url = Parse(line);
            if (KeyOrder.CompareKeys(url.Key, key) >= 0)
                yield return url;
        }
    }

    /// <summary>The line of a key; null where the list does not name it.</summary>
    public ListedUrl? Find(string key)
    {
        foreach (ListedUrl url in From(key))
            return url.Key == key ? url : null;
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    private static string Line(ListedUrl url) => $"{url.Base}\t{url.Key}";

    private static ListedUrl Parse(string line)
    {
        int tab = line.IndexOf('\t', StringComparison.Ordinal);
        return new ListedUrl(line[(tab + 1)..], line[..tab]);
    }

    private void Merge(List<string> runs, string store)
    {
        PriorityQueue<IEnumerator<string>, ListedUrl> heads = new();
        foreach (string run in runs)
            Advance(File.ReadLines(run).GetEnumerator());
        using FileStream file = new(_path, FileMode.CreateNew);
        string? last = null;
        for (long count = 0; heads.TryDequeue(out IEnumerator<string>? head, out ListedUrl url); count++)
        {
            if (url.Key == last)
                throw new StoreException(StoreErrorKind.Listing, store, $"The list names the key '{url.Key}' twice.") { Code = "ListNotUnderstood", Key = url.Key };
            last = url.Key;
            if (count % LinesOfAStep == 0)
                _steps.Add((url.Key, file.Position));
            file.Write(Encoding.UTF8.GetBytes(Line(url) + "\n"));
            Advance(head);
        }

        void Advance(IEnumerator<string> head)
        {
            if (head.MoveNext())
                heads.Enqueue(head, Parse(head.Current));
            else
                head.Dispose();
        }
    }
}
