using System.Buffers;
using System.Globalization;
using OssMigration.Core.Copying;
using OssMigration.Core.Jobs;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Mirroring;

/// <summary>Fetches objects through OSS, by HEAD and by GET, and holds what comes against the source.</summary>
internal sealed class MirrorFetchTest(
    EngineEnvironment environment, IOriginProbe probe, OpenedBucket source, OpenedBucket destination, Func<string, StandingRule?> ruleFor)
{
    private const int BufferBytes = 128 * 1024;

    private sealed record Fetched(ulong Crc64, long Bytes, ObjectHead Head);

    /// <summary>Fetches the first by HEAD where its rule allows it, and all by GET.</summary>
    /// <param name="entries">Objects that are only at the source; at least one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<MirrorTest> RunAsync(IReadOnlyList<ObjectEntry> entries, CancellationToken cancellationToken)
    {
        ObjectEntry first = entries[0];
        bool tellsHead = ruleFor(first.Key)?.Mirror is { AllowHead: true };
        string? headProblem = tellsHead ? await HeadAsync(first, cancellationToken).ConfigureAwait(false) : null;
        MirrorTest test = await GetAsync(first, cancellationToken).ConfigureAwait(false);
        foreach (ObjectEntry entry in entries.Skip(1))
        {
            if (!test.Succeeded)
                return test;
            test = await GetAsync(entry, cancellationToken).ConfigureAwait(false);
        }

        if (!test.Succeeded || !tellsHead)
            return test;
        return headProblem is null
            ? test with { Message = test.Message + " HEAD fetches too." }
            : test with { Cause = MirrorTestCause.HeadNotServed, Key = first.Key, Message = $"GET works, HEAD does not although the rule allows it: {headProblem} Readers that look before they read will not find what is on its way." };
    }

    private async Task<string?> HeadAsync(ObjectEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            ObjectHead? head = await CallAsync(entry.Key, (store, key, token) => store.HeadAsync(key, token), cancellationToken).ConfigureAwait(false);
            if (head is null)
                return "OSS answered 404.";
            return head.Entry.Size == entry.Size ? null : string.Create(CultureInfo.InvariantCulture, $"it says {head.Entry.Size} bytes where the source has {entry.Size}.");
        }
        catch (StoreException error) when (!error.StopsJob)
        {
            return error.Describe();
        }
    }

    private async Task<MirrorTest> GetAsync(ObjectEntry entry, CancellationToken cancellationToken)
    {
        MirrorTest result = new() { Cause = MirrorTestCause.None, Message = "", Key = entry.Key, TestedAt = environment.Time.GetUtcNow() };
        long began = environment.Time.GetTimestamp();
        Fetched fetched;
        try
        {
            fetched = await CallAsync(entry.Key, ReadAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException error) when (!error.StopsJob)
        {
            TimeSpan took = environment.Time.GetElapsedTime(began);
            StandingRule? rule = ruleFor(entry.Key);
            MirrorFailure failure = await new MirrorDiagnosis(probe, rule).ExplainAsync(error, error.Key ?? entry.Key, took, cancellationToken).ConfigureAwait(false);
            return result with { Cause = failure.Cause, Message = failure.Message, Duration = took };
        }

        result = result with { Bytes = fetched.Bytes, Duration = environment.Time.GetElapsedTime(began) };
        return await JudgeAsync(result, entry, fetched, cancellationToken).ConfigureAwait(false);
    }

    private async Task<MirrorTest> JudgeAsync(MirrorTest result, ObjectEntry entry, Fetched fetched, CancellationToken cancellationToken)
    {
        if (!fetched.Head.IsMirrored && fetched.Head.Metadata.User.ContainsKey(SourceStamp.VersionName))
            return result with { Cause = MirrorTestCause.NothingToFetch, Message = "A migration copied the object while it was tested, so it proves nothing of the rule. Test again." };
        ulong expected;
        try
        {
            expected = await source.Objects.HashAsync(entry, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is SourceChangedException or SourceVanishedException)
        {
            return result with { Cause = MirrorTestCause.Other, Message = "The object changed at the source while it was tested; OSS may keep the old one, which the next run finds. Test again." };
        }
        catch (StoreException error) when (!error.StopsJob)
        {
            return result with { Cause = MirrorTestCause.Other, Message = $"The object came through OSS, and could not be read at the source to be compared: {error.Describe()}" };
        }

        if (fetched.Bytes == entry.Size && fetched.Crc64 == expected)
            return result with { Message = string.Create(CultureInfo.InvariantCulture, $"OSS fetched the object by GET with the source's bytes ({fetched.Bytes:N0} bytes, CRC-64 {expected}).") };
        return result with
        {
            Cause = MirrorTestCause.ContentDiffers,
            Message = string.Create(
                CultureInfo.InvariantCulture,
                $"What came through OSS is not the source's object ({fetched.Bytes:N0} bytes for {entry.Size:N0}), and OSS keeps it under this key: delete it there. The origin of the rule serves other content than the source, or changes it on the way."),
        };
    }

    /// <summary>One request under the full key: repeated where the line failed, but not where the mirror did, which would only take longer.</summary>
    private async Task<T> CallAsync<T>(string key, Func<IObjectReader, string, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        IObjectReader store = destination.Find<IObjectReader>()!;
        string full = destination.Prefix + key;
        (T? result, StoreException? mirrorError) = await destination.CallAsync<(T?, StoreException?)>(
            async token =>
            {
                try
                {
                    return (await call(store, full, token).ConfigureAwait(false), null);
                }
                catch (StoreException error) when (error.HttpStatus == 424 || error.Code == "MirrorFailed")
                {
                    return (default, error);
                }
            },
            cancellationToken).ConfigureAwait(false);
        return mirrorError is null ? result! : throw mirrorError;
    }

    private static Task<Fetched> ReadAsync(IObjectReader store, string key, CancellationToken cancellationToken) => store.ReadAsync(
        new ReadRequest(key, null, null),
        static async (content, token) =>
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            try
            {
                ulong crc = 0;
                long bytes = 0;
                while (await content.Body.ReadAsync(buffer, token).ConfigureAwait(false) is var read and > 0)
                {
                    crc = Crc64.Append(crc, buffer.AsSpan(0, read));
                    bytes += read;
                }

                return new Fetched(crc, bytes, content.Head);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        },
        cancellationToken);
}
