using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace OssMigration.Sandbox.Business;

/// <summary>
/// Holds what the business knows against what OSS has. It lists first and reads only what is listed, so no mirror rule brings
/// back what is missing. Every key that the business touched is read whole; one that it did not touch is held against the
/// MD5 in the listing where that is one, and a part of those is read whole too.
/// </summary>
internal sealed class BusinessVerifier(LiveBusiness business, BusinessClients clients)
{
    private const int Readers = 8;
    private const int ReadAnyway = 16;
    private const int KeptKeys = 20;

    private readonly ConcurrentDictionary<string, (Verdict Verdict, string Text)> _found = new(StringComparer.Ordinal);
    private int _readWhole;

    private enum Verdict
    {
        Lost,
        Clobbered,
        Resurrected,
        Unread,
        Unexpected,
    }

    /// <summary>Looks at every key.</summary>
    public async Task<VerifyAnswer> RunAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        Dictionary<string, ListedObject> listed = new(StringComparer.Ordinal);
        await foreach (ListedObject entry in clients.DestinationDirect.ListAsync(cancellationToken))
            listed.Add(entry.Key, entry);
        IReadOnlyList<BusinessObject> known = business.Model.All();
        await Parallel.ForEachAsync(
            known,
            new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken },
            async (subject, token) => await LookAsync(subject, listed.GetValueOrDefault(subject.Key), token));
        int wrong = _found.Count;
        if (business.IsPopulationComplete)
        {
            foreach (string key in listed.Keys.Except(known.Select(subject => subject.Key)))
                Find(key, Verdict.Unexpected, "is there, and nobody of the business wrote it");
        }
        return new VerifyAnswer(
            known.Count,
            known.Count - wrong,
            Count(Verdict.Lost),
            Count(Verdict.Clobbered),
            Count(Verdict.Resurrected),
            Count(Verdict.Unread),
            Count(Verdict.Unexpected),
            known.Count(subject => subject.IsTouched),
            known.Count(subject => subject.IsTouched && subject.Contents is null && !subject.IsUncertain),
            known.Count(subject => subject.IsUncertain),
            _readWhole,
            watch.Elapsed.TotalMilliseconds,
            [.. _found.OrderBy(found => (found.Value.Verdict, found.Key)).Take(KeptKeys).Select(found => $"{found.Value.Verdict}: {found.Key} {found.Value.Text}")]);
    }

    private async Task LookAsync(BusinessObject subject, ListedObject? listed, CancellationToken cancellationToken)
    {
        List<ObjectContents?> allowed = [subject.Contents];
        if (subject.IsUncertain)
            allowed.Add(subject.Attempted);
        if (listed is null)
        {
            if (!allowed.Contains(null))
                Find(subject.Key, Verdict.Lost, "is not there");
            return;
        }
        List<ObjectContents> present = [.. allowed.OfType<ObjectContents>()];
        if (present.Count == 0)
        {
            Find(subject.Key, Verdict.Resurrected, "was deleted, and is there");
            return;
        }
        try
        {
            if (await DifferenceAsync(subject, present, listed, cancellationToken) is { } difference)
                Find(subject.Key, Verdict.Clobbered, $"holds {difference}");
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            Find(subject.Key, Verdict.Lost, "is listed and cannot be read: 404");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            Find(subject.Key, Verdict.Unread, e.Message);
        }
    }

    // Null when the object holds one of the allowed contents.
    private async Task<string?> DifferenceAsync(
        BusinessObject subject, List<ObjectContents> allowed, ListedObject listed, CancellationToken cancellationToken)
    {
        string? difference = null;
        foreach (ObjectContents contents in allowed)
        {
            difference = listed.Size != contents.Size
                ? $"{listed.Size} bytes and not {contents.Size}"
                : contents.Seed is null
                    ? await ListedDifferenceAsync(subject, contents, listed, cancellationToken)
                    : await WrittenDifferenceAsync(subject.Key, contents, cancellationToken);
            if (difference is null)
                return null;
        }
        return difference;
    }

    private async Task<string?> WrittenDifferenceAsync(string key, ObjectContents contents, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _readWhole);
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)contents.Size + 1);
        try
        {
            int read = await clients.DestinationDirect.ReadAsync(key, buffer.AsMemory(0, (int)contents.Size + 1), cancellationToken);
            return contents.Compare(buffer.AsSpan(0, read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<string?> ListedDifferenceAsync(
        BusinessObject subject, ObjectContents contents, ListedObject listed, CancellationToken cancellationToken)
    {
        const string Other = "other bytes than were there at the beginning";
        bool isSample = (uint)string.GetHashCode(subject.Key, StringComparison.Ordinal) % ReadAnyway == 0;
        if (contents.Md5 is { } known && ObjectContents.IsMd5(listed.ETag) && !isSample && !subject.IsTouched)
            return string.Equals(listed.ETag, known, StringComparison.OrdinalIgnoreCase) ? null : Other;
        // What nobody has read yet and whose ETag is no MD5 is still at the source as it was.
        string expected = contents.Md5 ?? (await clients.SourceDirect.HashAsync(subject.Key, cancellationToken)).Md5;
        Interlocked.Increment(ref _readWhole);
        return (await clients.DestinationDirect.HashAsync(subject.Key, cancellationToken)).Md5 == expected ? null : Other;
    }

    private void Find(string key, Verdict verdict, string text) => _found[key] = (verdict, text);

    private int Count(Verdict verdict) => _found.Values.Count(found => found.Verdict == verdict);
}
