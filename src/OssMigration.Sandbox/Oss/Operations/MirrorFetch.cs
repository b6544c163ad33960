using System.Globalization;
using OssMigration.Sandbox.Oss.Website;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>Fetches one missing object from an origin, gives it to the client and stores it under the requested key.</summary>
internal sealed class MirrorFetch(OssContext context, Bucket bucket, MirrorRule rule)
{
    // The last piece is held back until everything is checked, so that a small object fails with 424 and a large one with a broken body.
    private const int PieceBytes = 256 * 1024;

    /// <summary>Answers a GET.</summary>
    public async Task AnswerAsync()
    {
        using HttpResponseMessage? answer = await AskAsync();
        if (answer is null)
            return;
        StoredObject draft = OriginObject.Draft(context.Key, bucket.StorageClass, answer, rule.Behaviour);
        AddReturnHeaders();
        bool mustStoreFirst = context.Header("Range") is not null || context.Header("If-Match") is not null || context.Header("If-None-Match") is not null;
        if (await ReceiveAsync(answer, draft, toClient: !mustStoreFirst) is { } stored)
            await ReadOperations.SendAsync(context, bucket, stored);
    }

    /// <summary>Fetches and stores without giving the bytes to the client.</summary>
    /// <returns>The object; null when the answer has been given.</returns>
    public async Task<StoredObject?> FetchAsync()
    {
        using HttpResponseMessage? answer = await AskAsync();
        if (answer is null)
            return null;
        AddReturnHeaders();
        return await ReceiveAsync(answer, OriginObject.Draft(context.Key, bucket.StorageClass, answer, rule.Behaviour), toClient: false);
    }

    /// <summary>The origin's 200 or 206; null when another answer was passed on to the client.</summary>
    private async Task<HttpResponseMessage?> AskAsync()
    {
        HttpResponseMessage answer = await context.Origins.FetchAsync(context, rule)
            ?? throw OssErrors.MirrorFailed("Error status : 0 from mirror host.");
        int status = (int)answer.StatusCode;
        if (status is 200 or 206)
            return answer;
        using (answer)
        {
            if (rule.Behaviour.TransparentCodes.Contains(status))
                await PassOnAsync(answer, status);
            else if (status is >= 300 and < 400 && !rule.Behaviour.FollowRedirect && OriginObject.Header(answer, "Location") is { } location)
                Redirect(status, location);
            else
                throw status == 404
                    ? OssErrors.NoSuchKey(context.Key)
                    : OssErrors.MirrorFailed(string.Create(CultureInfo.InvariantCulture, $"Error status : {status} from mirror host."));
            return null;
        }
    }

    private async Task PassOnAsync(HttpResponseMessage answer, int status)
    {
        byte[] body = await answer.Content.ReadAsByteArrayAsync(context.Aborted);
        context.Http.Response.StatusCode = status;
        context.Http.Response.ContentType = OriginObject.Header(answer, "Content-Type");
        context.Http.Response.ContentLength = body.Length;
        if (!context.IsHead)
            await context.Http.Response.BodyWriter.WriteAsync(body, context.Aborted);
    }

    private void Redirect(int status, string location)
    {
        context.SetHeader("Location", location);
        context.Answer(status);
    }

    private void AddReturnHeaders()
    {
        foreach ((string name, string value) in rule.Behaviour.ReturnHeaders)
            context.SetHeader(name, value);
    }

    /// <summary>Takes the body, and gives it to the client piece by piece when told so and it is longer than one piece.</summary>
    /// <returns>The object when the client has still to be answered; null when it was.</returns>
    private async Task<StoredObject?> ReceiveAsync(HttpResponseMessage answer, StoredObject draft, bool toClient)
    {
        using IContentSink sink = bucket.CreateSink(answer.Content.Headers.ContentLength);
        using BodyHasher hasher = new(wantsCrc64: true);
        await using Stream body = await answer.Content.ReadAsStreamAsync(context.Aborted);
        bool streams = false;
        byte[] held = new byte[PieceBytes];
        byte[] next = [];
        int count = await TakePieceAsync(body, held, hasher, sink);
        while (count == PieceBytes)
        {
            if (next.Length == 0)
                next = new byte[PieceBytes];
            int nextCount = await TakePieceAsync(body, next, hasher, sink);
            if (nextCount == 0)
                break;
            if (toClient)
                await SendAsync(draft, answer, held.AsMemory(0, count), isFirst: !streams);
            streams = toClient;
            (held, next, count) = (next, held, nextCount);
        }

        StoredObject stored = await StoreAsync(answer, draft, hasher, sink);
        if (!streams)
            return stored;
        await SendAsync(draft, answer, held.AsMemory(0, count), isFirst: false);
        return null;
    }

    /// <summary>Reads a whole piece, or what is left at the end.</summary>
    private async Task<int> TakePieceAsync(Stream body, byte[] piece, BodyHasher hasher, IContentSink sink)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(context.Aborted);
        int count = 0;
        try
        {
            int read;
            do
            {
                late.CancelAfter(context.Origins.TimeoutFor(context));
                read = await body.ReadAsync(piece.AsMemory(count), late.Token);
                count += read;
            }
            while (read > 0 && count < piece.Length);
        }
        catch (HttpIOException)
        {
            throw OssErrors.MirrorFailed("The bytes read from the mirror host differ from what it announced.");
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !context.Aborted.IsCancellationRequested))
        {
            throw OssErrors.MirrorFailed("The body cannot be read from the mirror host.");
        }

        hasher.Append(piece.AsSpan(0, count));
        await sink.WriteAsync(piece.AsMemory(0, count), context.Aborted);
        return count;
    }

    private async Task<StoredObject> StoreAsync(HttpResponseMessage answer, StoredObject draft, BodyHasher hasher, IContentSink sink)
    {
        byte[] md5 = hasher.FinishMd5();
        if (rule.Behaviour.CheckMd5 && OriginObject.Header(answer, "Content-MD5") is { } declared && declared != Convert.ToBase64String(md5))
            throw OssErrors.MirrorFailed("The MD5 of the body does not match the Content-MD5 of the mirror host.");
        IObjectContent content = sink.Complete();
        StoredObject whole = draft with { Content = content, Digests = new ObjectDigests(content, md5, hasher.Crc64) };
        if (rule.Behaviour.ProxyPass)
            return whole with { LastModified = whole.LastModified == default ? context.Now : whole.LastModified };
        // Whoever wrote the key meanwhile is newer than the origin.
        return await bucket.PutAsync(whole, static current => current is null, context.Aborted) ?? ObjectAnswer.Require(context, bucket);
    }

    private async Task SendAsync(StoredObject draft, HttpResponseMessage answer, ReadOnlyMemory<byte> piece, bool isFirst)
    {
        if (isFirst)
        {
            ObjectAnswer.SetContentHeaders(context, draft);
            context.Http.Response.ContentLength = answer.Content.Headers.ContentLength;
        }

        await context.Side.Limits.PaceAsync(piece.Length, context.Aborted);
        await context.Http.Response.BodyWriter.WriteAsync(piece, context.Aborted);
        context.Side.Statistics.CountOut(piece.Length);
    }
}
