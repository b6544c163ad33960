using Microsoft.AspNetCore.Connections;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.S3;

/// <summary>Speaks S3: routes, verifies, serves, and turns errors into S3's answers.</summary>
internal sealed class S3Handler : ISideHandler
{
    /// <inheritdoc/>
    public async Task HandleAsync(HttpContext context, Side side)
    {
        S3Answer.SetCommonHeaders(context, side.Clock.GetUtcNow());
        S3Request? request = null;
        try
        {
            request = S3Request.Parse(context, side);
            await ServeAsync(request);
        }
        catch (S3Exception e) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, request, e);
        }
        catch (ContentChangedException) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, request, new S3Exception(503, "SlowDown", "The file behind the object keeps changing."));
        }
        catch (Exception e) when (e is OperationCanceledException or BadHttpRequestException or ConnectionResetException)
        {
            context.Abort();
        }
        catch (IOException e) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, request, new S3Exception(500, "InternalError", e.Message));
        }
        finally
        {
            if (request?.Call is { } call)
                await call.EndAsync();
        }
    }

    private static async Task ServeAsync(S3Request request)
    {
        S3Route route = S3Router.Find(request);
        string? key = request.HasKey ? request.Key : request.Target.Value("prefix");
        request.Call = await SideCall.BeginAsync(request.Context, request.Side, route.Operation, request.BucketName, key);
        switch (request.Call.Verdict)
        {
            case CallVerdict.Ended:
                return;
            case CallVerdict.Throttled:
                throw new S3Exception(503, "SlowDown", "Please reduce your request rate.");
            case CallVerdict.AnswerFault:
                await AnswerFaultAsync(request, request.Call.Fault!);
                return;
        }
        request.Signature = SignatureCheck.Verify(request);
        if (request.BucketName is not null && route.NeedsBucket)
            FindBucket(request);
        if (!request.Signature.IsSigned && !AnonymousAccess.IsAllowed(request, route.Operation))
            throw S3Exception.AccessDenied();
        await route.ServeAsync(request);
    }

    private static void FindBucket(S3Request request)
    {
        if (!request.Side.Buckets.TryGet(request.BucketName!, out Bucket? bucket))
            throw S3Exception.NoSuchBucket(request.BucketName!);
        request.Bucket = bucket;
        if (request.IsVirtualHosted && request.Has(BucketHabits.PathOnly))
            throw S3Exception.NoSuchBucket(request.BucketName!);
        if (!request.IsVirtualHosted && request.Has(BucketHabits.VirtualHostOnly))
            throw new S3Exception(403, "PathStyleDomainForbidden", "The bucket you are attempting to access must be addressed using virtual-styled domain.");
        bool signedForBucket = request.Signature.Scope.Split('/') is { Length: > 1 } scope && scope[1] == bucket.Region;
        if (bucket.Region == request.Side.Region || signedForBucket)
            return;
        throw new S3Exception(301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.")
        {
            Details = [("Endpoint", $"{bucket.Name}.s3.{bucket.Region}.amazonaws.com"), ("Bucket", bucket.Name)],
            Headers = [("x-amz-bucket-region", bucket.Region)],
        };
    }

    private static Task AnswerFaultAsync(S3Request request, Fault fault)
    {
        foreach ((string name, string value) in fault.Headers ?? [])
            request.Context.Response.Headers[name] = value;
        if (fault.Code is null)
            return S3Answer.EmptyAsync(request, fault.Status);
        return S3Answer.ErrorAsync(request.Context, request.BucketName, new S3Exception(fault.Status, fault.Code, "A planned fault of the sandbox."));
    }

    // A body that nobody read would have to be swallowed before the connection can be used again; S3 closes it too.
    private static Task AnswerAsync(HttpContext context, S3Request? request, S3Exception error)
    {
        if (context.Request.ContentLength > 1024 * 1024)
            context.Response.Headers.Connection = "close";
        return S3Answer.ErrorAsync(context, request?.BucketName, error);
    }
}
