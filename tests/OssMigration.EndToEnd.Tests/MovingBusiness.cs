using System.Text;
using OssMigration.Core.Jobs;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>
/// A business that seamless-migration moves from <c>data/</c> to <c>in/</c>, beside a mirroring rule of somebody else. It does its part once, in
/// the hooks of the runbook: it changes and deletes until it is asked to stop, writes at OSS after the switch and deletes there when all has arrived.
/// </summary>
internal sealed class MovingBusiness : IAsyncDisposable
{
    /// <summary>Most transfers at a time.</summary>
    public const int Concurrency = 4;

    /// <summary>Writes at OSS in one request, whoever's: what was there at first, what changed and came late, and three of the business and others.</summary>
    public const int SmallObjects = 9 + 2 + 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string[] Kept = ["kept-1", "kept-2", "kept-3", "kept-4", "kept-5", "large"];
    private static readonly string[] Keys = ["changed", "deleted", "gone", .. Kept, "overwritten"];

    private readonly string _folder = Directory.CreateTempSubdirectory("ossmigration-hooks-").FullName;
    private readonly HashSet<string> _done = [];

    private MovingBusiness(Cloud cloud) => Cloud = cloud;

    public Cloud Cloud { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Log => Path.Join(_folder, "log");

    public static async Task<MovingBusiness> StartAsync()
    {
        MovingBusiness business = new(await Cloud.StartAsync());
        foreach (string key in Keys)
            await Cloud.PutAsync(business.Cloud.Source, $"data/{key}", Cloud.Noise(key == "large" ? 2_500_000 : 700, key.Length));
        await Cloud.PutAsync(business.Cloud.Destination, "docs/theirs", "theirs"u8.ToArray());
        await business.SetForeignRuleAsync("docs/", null);
        return business;
    }

    /// <summary>Whether all is at the source that the business has not deleted there itself.</summary>
    public static bool IsSourceWhole(IReadOnlyList<string> keys) => Keys.Where(key => key != "gone").All(key => keys.Contains($"data/{key}"));

    /// <summary>Sets a mirroring rule that is not the job's.</summary>
    public async Task SetForeignRuleAsync(string prefix, string? suffix)
    {
        MirrorRules rules = new(Cloud.Environment);
        MirrorRuleChange change = new()
        {
            Destination = Cloud.DestinationAddress,
            Rule = new MirrorRule { Prefix = prefix, Suffix = suffix, Origin = new Uri("https://theirs.example/") },
        };
        await rules.ApplyAsync(await rules.PlanSetAsync(change, null, SilentListener.Instance, Token), null, SilentListener.Instance, Token);
    }

    /// <summary>Prefix and suffix of the mirroring rules that stand.</summary>
    public async Task<IEnumerable<(string Prefix, string? Suffix)>> MirrorRulesAsync()
    {
        MirrorRuleSet set = await new MirrorRules(Cloud.Environment).GetAsync(Cloud.DestinationAddress, null, SilentListener.Instance, Token);
        return set.Rules.Select(rule => (rule.Prefix, rule.Suffix)).Order();
    }

    /// <summary>The lifecycle rules of the job.</summary>
    public Task<IReadOnlyList<SourceLifecycleRule>> LifecycleAsync()
        => new SourceLifecycle(Cloud.Environment).GetAsync(new SourceLifecycleQuery { JobName = Cloud.JobName }, SilentListener.Instance, Token);

    /// <summary>Starts the runbook and kills it when it is held up: by a fault that fires, or in the hook of that name.</summary>
    /// <returns>What it had printed.</returns>
    public async Task<string> KillAsync(object heldBy)
    {
        if (heldBy is SandboxFault fault)
            await Cloud.Sandbox.AddFaultsAsync(fault);
        using ShellProcess run = Start("");
        await UntilAsync(
            run,
            async () => heldBy is string hook ? Asked().Contains(hook) : (await Cloud.Sandbox.GetFaultsAsync()).All(planned => planned.Fired > 0),
            heldIn: heldBy as string);
        Assert.False(run.HasEnded, run.Output);
        await run.KillAsync();
        await Cloud.Sandbox.ClearFaultsAsync();
        return run.Output;
    }

    /// <summary>Starts the runbook and waits for its end.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> MoveAsync(int exitCode, string parameters = "")
    {
        using ShellProcess run = Start(parameters);
        await UntilAsync(run, () => Task.FromResult(false), heldIn: null);
        Assert.True(await run.WaitAsync() == exitCode, run.Output);
        return run.Output;
    }

    /// <summary>Everything is at OSS as the business left it, nothing was deleted at the source yet, and the rules are those that they should be.</summary>
    public async Task AssertMovedAsync()
    {
        Assert.Equal(["freeze", "switch", "arrived"], Asked().Distinct());
        Assert.Equal(
            ["docs/theirs", "in/changed", .. Kept.Select(key => $"in/{key}"), "in/late", "in/overwritten", "in/own"],
            await Cloud.KeysAsync(Cloud.Destination));
        foreach (string key in (string[])[.. Kept, "changed", "late"])
            Assert.Equal(await Cloud.ReadAsync(Cloud.Source, $"data/{key}"), await Cloud.ReadAsync(Cloud.Destination, $"in/{key}"));
        foreach (string key in (string[])["overwritten", "own"])
            Assert.Equal("written at OSS", Encoding.UTF8.GetString(await Cloud.ReadAsync(Cloud.Destination, $"in/{key}")));
        Assert.Empty(await Cloud.Destination.ListUploadsAsync("", Token));
        Assert.Equal([("docs/", null)], await MirrorRulesAsync());
        SourceLifecycleRule rule = Assert.Single(await LifecycleAsync());
        Assert.Equal(("data/", false), (rule.Prefix, rule.HasFired));
        ComparisonSummary proof = Cloud.Engine.GetComparisons(Cloud.JobName).Last(comparison => comparison.ComparisonId == rule.ComparisonId);
        Assert.True(rule.Date >= proof.EndedAt.AddDays(1));
    }

    public async ValueTask DisposeAsync()
    {
        await Cloud.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // A hook says that it runs, and goes on when the business has done its part.
    private string Hook(string name)
        => $"{{ [IO.File]::AppendAllText('{Log}', \"{name}`n\"); while (-not [IO.File]::Exists('{Path.Join(_folder, name)}')) {{ [Threading.Thread]::Sleep(20) }} }}";

    private ShellProcess Start(string parameters) => Cloud.StartShell($$"""
        $ErrorActionPreference = 'Stop'
        $from = New-MigrationAddress s3://{{Cloud.SourceAddress.Bucket}}/data/ -Endpoint {{Cloud.SourceAddress.Endpoint}} -Region {{Cloud.SourceAddress.Region}} -AddressingStyle Path -EnvironmentPrefix {{ShellProcess.SourceVariables}}
        $to = New-MigrationAddress oss://{{Cloud.DestinationAddress.Bucket}}/in/ -Endpoint {{Cloud.DestinationAddress.Endpoint}} -Region {{Cloud.DestinationAddress.Region}} -AddressingStyle Path -EnvironmentPrefix {{ShellProcess.DestinationVariables}}
        $secret = [System.Net.NetworkCredential]::new('', '{{Cloud.Sandbox.S3Keys.AccessKeySecret}}').SecurePassword
        $move = @{
            Job = '{{Cloud.JobName}}'; Source = $from; Destination = $to
            JobOption = @{ Concurrency = {{Concurrency}}; SinglePutLimit = 1MB; PartSize = 1MB }
            MirrorOption = @{ OriginCredential = [pscredential]::new('{{Cloud.Sandbox.S3Keys.AccessKeyId}}', $secret) }
            CutoverOption = @{ CreateProbe = $true }
            OnFreeze = {{Hook("freeze")}}; OnSwitch = {{Hook("switch")}}; OnArrived = {{Hook("arrived")}}
            AcceptSuperseded = $true; Force = $true
        }
        & "$((Get-Module OssMigration).ModuleBase)/runbooks/seamless-migration.ps1" @move {{parameters}}
        exit $LASTEXITCODE
        """);

    private async Task UntilAsync(ShellProcess run, Func<Task<bool>> isReached, string? heldIn)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(Patience);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        try
        {
            while (!run.HasEnded && !await isReached())
            {
                foreach (string name in Asked().Where(name => name != heldIn && _done.Add(name)).ToArray())
                    await DoPartAsync(name);
                await timer.WaitForNextTickAsync(patience.Token);
            }
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
            Assert.Fail($"It did not come so far within {Patience}:\n{run.Output}");
        }
    }

    private async Task DoPartAsync(string name)
    {
        byte[] theirs = "written at OSS"u8.ToArray();
        switch (name)
        {
            case "freeze":
                await Cloud.PutAsync(Cloud.Source, "data/changed", Cloud.Noise(900, 99));
                await Cloud.Source.DeleteAsync("data/gone", Token);
                break;
            case "switch":
                await Cloud.PutAsync(Cloud.Source, "data/late", Cloud.Noise(800, 98));
                await Cloud.PutAsync(Cloud.Destination, "in/overwritten", theirs);
                await Cloud.PutAsync(Cloud.Destination, "in/own", theirs);
                break;
            default:
                await Cloud.Destination.DeleteAsync("in/deleted", Token);
                break;
        }

        await File.WriteAllTextAsync(Path.Join(_folder, name), "", Token);
    }

    // The hooks that were run, in order. One that is being written may lack its end.
    private string[] Asked() => File.Exists(Log) ? [.. File.ReadAllText(Log).Split('\n')[..^1]] : [];
}
