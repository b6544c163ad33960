using System.Text.Json;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Link;

namespace OssMigration.Sandbox.Business;

/// <summary>The live business in the admin API: there is at most one.</summary>
/// <param name="connect">Makes the clients of a business.</param>
/// <param name="link">The link that it works through; null for none.</param>
internal sealed class BusinessApi(Func<BusinessPlan, BusinessClients> connect, ShapedLink? link) : IDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private readonly LinkTime _time = new();
    private LiveBusiness? _business;
    private BusinessClients? _clients;

    /// <summary>POST /business: learns what is at the source and begins, in the phase "source".</summary>
    public async Task StartAsync(HttpContext context)
    {
        BusinessPlan plan = await AdminApi.ReadAsync(context, AdminJson.Default.BusinessPlan);
        plan.Check();
        await _starting.WaitAsync(context.RequestAborted);
        try
        {
            if (_business is { Phase: not BusinessPhase.Stopped })
                throw new ArgumentException("A business runs already; set its phase to stopped first.");
            BusinessClients clients = connect(plan);
            var business = new LiveBusiness(plan, clients, _time);
            try
            {
                await business.LearnAsync(context.RequestAborted);
            }
            catch (HttpRequestException e)
            {
                business.Dispose();
                throw new ArgumentException($"The source of the business cannot be listed: {e.Message}");
            }
            _business?.Dispose();
            (_business, _clients) = (business, clients);
            await business.ChangeAsync(BusinessPhase.Source);
        }
        finally
        {
            _starting.Release();
        }
        await ReportAsync(context);
    }

    /// <summary>POST /business/phase.</summary>
    public async Task ChangePhaseAsync(HttpContext context)
    {
        PhaseRequest request = await AdminApi.ReadAsync(context, AdminJson.Default.PhaseRequest);
        DateTimeOffset since = await Running().ChangeAsync(request.Phase);
        await AdminApi.AnswerAsync(context, new PhaseAnswer(request.Phase, since), AdminJson.Default.PhaseAnswer);
    }

    /// <summary>POST /business/window.</summary>
    public async Task BeginWindowAsync(HttpContext context)
    {
        WindowRequest request = await AdminApi.ReadAsync(context, AdminJson.Default.WindowRequest);
        if (string.IsNullOrWhiteSpace(request.Name))
            throw new ArgumentException("A window needs a name.");
        DateTimeOffset from = Running().BeginWindow(request.Name);
        await AdminApi.AnswerAsync(context, new WindowAnswer(request.Name, from), AdminJson.Default.WindowAnswer);
    }

    /// <summary>GET /business[?from=…&amp;to=…].</summary>
    public Task ReportAsync(HttpContext context)
    {
        LiveBusiness business = Running();
        DateTimeOffset now = _time.GetUtcNow();
        IReadOnlyDictionary<BusinessPhase, PhaseCount> counts = business.Counts();
        PhaseCount total = new();
        foreach (PhaseCount count in counts.Values)
            total.Add(count);
        WindowReport? span = null;
        if (context.Request.Query.ContainsKey("from") || context.Request.Query.ContainsKey("to"))
        {
            (DateTimeOffset from, DateTimeOffset to) = SecondSpan.Moments(context.Request.Query["from"], context.Request.Query["to"], now);
            span = Report("span", from, to);
        }
        var report = new BusinessReport(
            business.Phase,
            business.Since,
            business.Population,
            business.IsPopulationComplete,
            business.Model.Free,
            business.Plan.NeedBytesPerSecond,
            business.Plan.ToleranceMs,
            total,
            counts.ToDictionary(count => JsonNamingPolicy.CamelCase.ConvertName(count.Key.ToString()), count => count.Value),
            [.. business.Windows().Select(window => Report(window.Name, window.From, window.To ?? now))],
            span);
        return AdminApi.AnswerAsync(context, report, AdminJson.Default.BusinessReport);

        WindowReport Report(string name, DateTimeOffset from, DateTimeOffset to) =>
            WindowReport.Of(name, from, to, now, business.Log, business.Plan, link);
    }

    /// <summary>GET /business/when?phase=…&amp;count=…&amp;atLeast=…: answers like GET /business when a count of the phase ("deletes") is so far.</summary>
    public async Task ReportWhenAsync(HttpContext context)
    {
        LiveBusiness business = Running();
        string count = context.Request.Query["count"].ToString();
        if (!Enum.TryParse(context.Request.Query["phase"], ignoreCase: true, out BusinessPhase phase) || Number(new PhaseCount(), count) is null)
            throw new ArgumentException("phase is one of a business, and count one of its numbers.");
        long atLeast = AdminApi.AtLeast(context);
        await business.Waits.UntilAsync(
            () => business.Counts().TryGetValue(phase, out PhaseCount? counted) && Number(counted, count) >= atLeast, context.RequestAborted);
        await ReportAsync(context);
    }

    /// <summary>POST /business/verify: only while it is stopped, so that nothing moves.</summary>
    public async Task VerifyAsync(HttpContext context)
    {
        LiveBusiness business = Running();
        if (business.Phase != BusinessPhase.Stopped)
            throw new ArgumentException("The business still runs; set its phase to stopped first.");
        try
        {
            VerifyAnswer answer = await new BusinessVerifier(business, _clients!).RunAsync(context.RequestAborted);
            await AdminApi.AnswerAsync(context, answer, AdminJson.Default.VerifyAnswer);
        }
        catch (HttpRequestException e)
        {
            throw new ArgumentException($"The destination of the business cannot be listed: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _business?.Dispose();
        _time.Dispose();
    }

    private static int? Number(PhaseCount counted, string name) =>
        JsonSerializer.SerializeToElement(counted, AdminJson.Default.PhaseCount).TryGetProperty(name, out JsonElement number) && number.ValueKind == JsonValueKind.Number
            ? number.GetInt32()
            : null;

    private LiveBusiness Running() => _business ?? throw new ArgumentException("There is no business; POST /business starts one.");
}
