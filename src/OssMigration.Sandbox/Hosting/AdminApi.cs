using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OssMigration.Sandbox.Business;
using OssMigration.Sandbox.Link;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Hosting;

/// <summary>
/// The admin API: statistics, faults, clocks, limits, the link, the live business, buckets, lifecycle and archive state, as JSON over HTTP. Wrong input is
/// answered with 400 and {"error": "…"}.
/// </summary>
internal sealed class AdminApi(Side s3, Side oss, ShapedLink? link, BusinessApi business)
{
    private static readonly TimeSpan RestoredFor = TimeSpan.FromDays(7);

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await ServeAsync(context);
        }
        catch (Exception e) when (e is ArgumentException or JsonException or FormatException)
        {
            context.Response.StatusCode = 400;
            await AnswerAsync(context, new AdminError(e.Message), AdminJson.Default.AdminError);
        }
    }

    private Task ServeAsync(HttpContext context) => $"{context.Request.Method} {context.Request.Path}" switch
    {
        "GET /stats" => AnswerStatisticsAsync(context),
        "GET /stats/when" => AnswerStatisticsWhenAsync(context),
        "DELETE /stats" => DoneAsync(context, ResetStatistics),
        "GET /faults" => AnswerAsync(context, [.. s3.Faults.List(), .. oss.Faults.List()], AdminJson.Default.ListFault),
        "POST /faults" => AddFaultsAsync(context),
        "DELETE /faults" => DoneAsync(context, () => ClearFaults(context.Request.Query["keyPrefix"])),
        "POST /clock" => SetClockAsync(context),
        "POST /limits" => SetLimitsAsync(context),
        "GET /link" => AnswerLinkAsync(context),
        "GET /business" => business.ReportAsync(context),
        "GET /business/when" => business.ReportWhenAsync(context),
        "POST /business" => business.StartAsync(context),
        "POST /business/phase" => business.ChangePhaseAsync(context),
        "POST /business/window" => business.BeginWindowAsync(context),
        "POST /business/verify" => business.VerifyAsync(context),
        "POST /website" => SetWebsiteAsync(context),
        "POST /buckets" => CreateBucketAsync(context),
        "POST /lifecycle/run" => RunLifecycleAsync(context),
        "POST /objects" => SetObjectAsync(context),
        "POST /tokens" => IssueTokenAsync(context),
        _ => NotFoundAsync(context),
    };

    private Task AnswerStatisticsAsync(HttpContext context) =>
        AnswerAsync(context, new StatisticsAnswer(Statistics(s3), Statistics(oss)), AdminJson.Default.StatisticsAnswer);

    // GET /stats/when?side=…&operation=…&atLeast=…: answers when the side was asked so often.
    private async Task AnswerStatisticsWhenAsync(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        await Find(query["side"]).Statistics.UntilAsync(query["operation"].ToString(), AtLeast(context), context.RequestAborted);
        await AnswerStatisticsAsync(context);
    }

    private async Task AddFaultsAsync(HttpContext context)
    {
        List<Fault> faults = await ReadAsync(context, AdminJson.Default.ListFault);
        foreach (Fault fault in faults)
        {
            Find(fault.Side);
            if (fault.Kind is FaultKind.Delay or FaultKind.ShortPage && !int.TryParse(fault.Value, out _))
                throw new ArgumentException($"A fault of kind {fault.Kind} needs a number as value.");
        }
        foreach (Fault fault in faults)
            Find(fault.Side).Faults.Add(fault);
        await AnswerAsync(context, new AdminCount(faults.Count), AdminJson.Default.AdminCount);
    }

    private async Task SetClockAsync(HttpContext context)
    {
        ClockRequest request = await ReadAsync(context, AdminJson.Default.ClockRequest);
        SideClock clock = Find(request.Side).Clock;
        if (request.UtcNow is { } now)
            clock.Set(now);
        else
            clock.Offset = TimeSpan.FromSeconds(request.OffsetSeconds ?? throw new ArgumentException("offsetSeconds or utcNow is needed."));
        await DoneAsync(context, static () => { });
    }

    private async Task SetLimitsAsync(HttpContext context)
    {
        LimitsRequest request = await ReadAsync(context, AdminJson.Default.LimitsRequest);
        SideLimits limits = Find(request.Side).Limits;
        limits.Latency = TimeSpan.FromMilliseconds(request.LatencyMs);
        limits.BytesPerSecond = request.BytesPerSecond;
        limits.RequestsPerSecondPerKey = request.RequestsPerSecondPerKey;
        limits.AccessKeys.RequestsPerSecond = request.RequestsPerSecondPerAccessKey;
        await DoneAsync(context, static () => { });
    }

    private Task AnswerLinkAsync(HttpContext context)
    {
        ShapedLink shaped = link ?? throw new ArgumentException("The sandbox was started without a link.");
        (DateTimeOffset from, DateTimeOffset to) = SecondSpan.Moments(context.Request.Query["from"], context.Request.Query["to"], shaped.Now);
        return AnswerAsync(context, LinkUse.Of(shaped, SecondSpan.Between(from, to)), AdminJson.Default.LinkUse);
    }

    private async Task SetWebsiteAsync(HttpContext context)
    {
        WebsiteRequest request = await ReadAsync(context, AdminJson.Default.WebsiteRequest);
        oss.Website.MasksSecrets = request.MaskSecrets;
        oss.Website.OriginTimeout = request.OriginTimeoutMs > 0 ? TimeSpan.FromMilliseconds(request.OriginTimeoutMs) : null;
        await DoneAsync(context, static () => { });
    }

    private async Task CreateBucketAsync(HttpContext context)
    {
        BucketRequest request = await ReadAsync(context, AdminJson.Default.BucketRequest);
        Side side = Find(request.Side);
        ETagStyle etags = request.ETagStyle?.ToUpperInvariant() switch
        {
            null or "MD5" => ETagStyle.Md5,
            "KMS" => ETagStyle.Kms,
            "TOKEN" => ETagStyle.Token,
            _ => throw new ArgumentException("etagStyle is md5, kms or token."),
        };
        VersioningState versioning = request.Versioning?.ToUpperInvariant() switch
        {
            null or "" => VersioningState.Off,
            "ENABLED" => VersioningState.Enabled,
            "SUSPENDED" => VersioningState.Suspended,
            _ => throw new ArgumentException("versioning is Enabled, Suspended or null."),
        };
        if (string.IsNullOrEmpty(request.Name))
            throw new ArgumentException("A bucket needs a name.");
        if (versioning != VersioningState.Off && (request.Folder is not null || request.Synthetic is not null))
            throw new ArgumentException("A folder or synthetic bucket holds no versions.");
        ObjectStore? store = ObjectStores.Create(request.Folder, request.Synthetic, etags);
        Bucket bucket = side.Buckets.Create(request.Name, store, request.Region, etags)
            ?? throw new ArgumentException($"The bucket {request.Name} is there already.");
        if (versioning != VersioningState.Off)
            bucket.TrySetVersioning(versioning);
        bucket.Acl = request.Acl;
        foreach (string habit in request.Habits ?? [])
            bucket.Habits |= Enum.TryParse(habit, ignoreCase: true, out BucketHabits known) ? known : throw new ArgumentException($"There is no habit '{habit}'.");
        await DoneAsync(context, static () => { });
    }

    private async Task RunLifecycleAsync(HttpContext context)
    {
        LifecycleRequest request = await ReadAsync(context, AdminJson.Default.LifecycleRequest);
        Side side = Find(request.Side);
        var total = new LifecycleResult();
        foreach (Bucket bucket in side.Buckets.List())
            total = total.Plus(LifecycleRunner.Run(bucket, side.Clock.GetUtcNow()));
        await AnswerAsync(context, total, AdminJson.Default.LifecycleResult);
    }

    private async Task SetObjectAsync(HttpContext context)
    {
        ObjectRequest request = await ReadAsync(context, AdminJson.Default.ObjectRequest);
        Side side = Find(request.Side);
        if (!side.Buckets.TryGet(request.Bucket, out Bucket? bucket))
            throw new ArgumentException($"There is no bucket {request.Bucket}.");
        DateTimeOffset now = side.Clock.GetUtcNow();
        StoredObject? changed = bucket.TryUpdate(request.Key, versionId: null, current => current with
        {
            StorageClass = request.StorageClass ?? current.StorageClass,
            Restore = request.Restored ? new RestoreState(now, now + RestoredFor) : null,
        });
        if (changed is null)
            throw new ArgumentException($"There is no object {request.Key} in {request.Bucket}.");
        await DoneAsync(context, static () => { });
    }

    private async Task IssueTokenAsync(HttpContext context)
    {
        TokenRequest request = await ReadAsync(context, AdminJson.Default.TokenRequest);
        if (Find(request.Side) != oss)
            throw new ArgumentException("Only the oss side has temporary keys.");
        TemporaryCredential issued = oss.Temporary.Issue(oss.Clock.GetUtcNow().AddSeconds(request.ExpiresInSeconds));
        await AnswerAsync(context, issued, AdminJson.Default.TemporaryCredential);
    }

    private Side Find(string? name) => name switch
    {
        "s3" => s3,
        "oss" => oss,
        _ => throw new ArgumentException($"side is s3 or oss, not '{name}'."),
    };

    private void ResetStatistics()
    {
        s3.Statistics.Reset();
        oss.Statistics.Reset();
    }

    // DELETE /faults?keyPrefix=…: only those that were planned for that prefix.
    private void ClearFaults(string? keyPrefix)
    {
        s3.Faults.Clear(keyPrefix);
        oss.Faults.Clear(keyPrefix);
    }

    private static SideStatistics Statistics(Side side) =>
        new(side.Statistics.Requests(), side.Statistics.BytesIn, side.Statistics.BytesOut);

    /// <summary>The number that a request waits for.</summary>
    internal static long AtLeast(HttpContext context) =>
        long.TryParse(context.Request.Query["atLeast"], NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new ArgumentException("atLeast is the number to wait for.");

    /// <summary>Reads a request.</summary>
    internal static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type) =>
        await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted)
        ?? throw new ArgumentException("A JSON body is needed.");

    /// <summary>Answers a request.</summary>
    internal static async Task AnswerAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, answer, type, context.RequestAborted);
    }

    private static Task DoneAsync(HttpContext context, Action action)
    {
        action();
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = 404;
        return AnswerAsync(context, new AdminError("There is no such function."), AdminJson.Default.AdminError);
    }
}
