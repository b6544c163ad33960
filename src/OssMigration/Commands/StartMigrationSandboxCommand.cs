using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Security;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Pipeline;
using OssMigration.Sandboxes;
using OssMigration.Views;

namespace OssMigration.Commands;

/// <summary>
/// Starts a cloud on this machine for rehearsals: an S3 side and an OSS side that listen on 127.0.0.1 only, as a child
/// process that ends with the module or the session. It comes with a build of the source, not with the installed module.
/// </summary>
/// <example>
/// Try a migration
/// <code>
/// $cloud = Start-MigrationSandbox -SourceFolder ./pictures
/// New-MigrationJob try $cloud.Source $cloud.Destination
/// Start-OssMigration try
/// $cloud | Stop-MigrationSandbox
/// </code>
/// </example>
/// <example>
/// A million objects over a slow line
/// <code>
/// $cloud = Start-MigrationSandbox -S3Bucket 'big=synthetic:flat,count=1000000,size=4096' -LinkBandwidth 200Mbps -LinkLatency 00:00:00.020
/// $cloud.Source
/// $cloud | Stop-MigrationSandbox
/// </code>
/// </example>
/// <example>
/// Keep what arrives
/// <code>
/// $cloud = Start-MigrationSandbox -SourceFolder ./pictures -DestinationFolder ./arrived
/// $cloud.OssEndpoint
/// $cloud | Stop-MigrationSandbox
/// </code>
/// </example>
[Cmdlet(VerbsLifecycle.Start, "MigrationSandbox", SupportsShouldProcess = true)]
[OutputType(typeof(SandboxInfo))]
public sealed class StartMigrationSandboxCommand : AsyncMigrationCommand
{
    private const string DefaultSourceBucket = "source";
    private const string DefaultDestinationBucket = "destination";
    private static readonly TimeSpan MostLatency = TimeSpan.FromMinutes(1);

    /// <summary>Buckets of the S3 side: NAME, NAME=folder:PATH or NAME=synthetic:KIND,count=N,size=N. The first is the Source. Default: source.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] S3Bucket { get; set; } = [];

    /// <summary>Buckets of the OSS side: NAME or NAME=folder:PATH. The first is the Destination. Default: destination.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] OssBucket { get; set; } = [];

    /// <summary>A folder that the S3 side serves in place as its bucket "source".</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SourceFolder { get; set; }

    /// <summary>A folder in which the OSS side keeps its bucket "destination".</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DestinationFolder { get; set; }

    /// <summary>
    /// Puts a line between this machine and both sides: bytes a second in each direction, or with a unit, such as 200Mbps or
    /// 25MB/s. Source and Destination lead through it; S3Endpoint and OssEndpoint do not. Default: no line.
    /// </summary>
    [Parameter]
    [Bandwidth]
    [ValidateRange(10_000L, 10_000_000_000L)]
    public long LinkBandwidth { get; set; }

    /// <summary>How long a question and its answer travel through the line, such as 00:00:00.020. Needs -LinkBandwidth. Default: no time.</summary>
    [Parameter]
    public TimeSpan LinkLatency { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        string[] s3 = Buckets(S3Bucket, SourceFolder, DefaultSourceBucket, nameof(SourceFolder));
        string[] oss = Buckets(OssBucket, DestinationFolder, DefaultDestinationBucket, nameof(DestinationFolder));
        SandboxLink? link = Link();
        if (!ShouldProcess($"S3: {string.Join(", ", s3)}; OSS: {string.Join(", ", oss)}", "Start a sandbox on 127.0.0.1"))
            return;
        Guid runspace = Runspace.DefaultRunspace.InstanceId;
        Run(async (queue, cancellationToken) =>
        {
            SandboxProcess process = await SandboxProcess.StartAsync(new SandboxOptions(s3, oss, link), cancellationToken).ConfigureAwait(false);
            SandboxRegistry.Add(runspace, process);
            await queue.OutputAsync(Describe(process.Ready, NameOf(s3[0]), NameOf(oss[0]), link), cancellationToken).ConfigureAwait(false);
        });
    }

    private static string NameOf(string bucket) => bucket.Split('=', 2)[0];

    private static SandboxInfo Describe(SandboxReady ready, string s3Bucket, string ossBucket, SandboxLink? link)
    {
        PSCredential s3 = ToCredential(ready.S3);
        PSCredential oss = ToCredential(ready.Oss);
        return new SandboxInfo
        {
            Pid = ready.Pid,
            Source = CredentialVault.Keep(Address("s3", s3Bucket, ready.S3, ready.Link?.S3), s3, securityToken: null),
            Destination = CredentialVault.Keep(Address("oss", ossBucket, ready.Oss, ready.Link?.Oss), oss, securityToken: null),
            S3Endpoint = new Uri(ready.S3.Endpoint),
            S3Region = ready.S3.Region,
            S3Credential = s3,
            OssEndpoint = new Uri(ready.Oss.Endpoint),
            OssRegion = ready.Oss.Region,
            OssCredential = oss,
            Admin = new Uri(ready.Admin),
            LinkBandwidth = link?.BytesPerSecond,
            LinkLatency = link?.RoundTrip,
        };
    }

    private static StoreAddress Address(string scheme, string bucket, SandboxSide side, string? linked) => new()
    {
        Scheme = scheme,
        Bucket = bucket,
        Endpoint = new Uri(linked ?? side.Endpoint),
        Region = side.Region,
        AddressingStyle = AddressingStyle.Path,
    };

    private static PSCredential ToCredential(SandboxSide side)
    {
        SecureString secret = new();
        foreach (char c in side.Secret)
            secret.AppendChar(c);
        secret.MakeReadOnly();
        return new PSCredential(side.AccessKeyId, secret);
    }

    private SandboxLink? Link()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(LinkBandwidth)))
        {
            return MyInvocation.BoundParameters.ContainsKey(nameof(LinkLatency))
                ? throw new ArgumentException("-LinkLatency needs -LinkBandwidth: say what the line carries, such as -LinkBandwidth 25MB/s.")
                : null;
        }

        return LinkLatency >= TimeSpan.Zero && LinkLatency <= MostLatency
            ? new SandboxLink(LinkBandwidth, LinkLatency)
            : throw new ArgumentException($"-LinkLatency is from 0 to {MostLatency.TotalSeconds:0} seconds, such as 00:00:00.020 for 20 ms, not {LinkLatency}.");
    }

    private string[] Buckets(string[] given, string? folder, string fallback, string parameter)
    {
        if (folder is null)
            return given.Length > 0 ? given : [fallback];
        string path = SessionState.Path.GetUnresolvedProviderPathFromPSPath(folder);
        return Directory.Exists(path)
            ? [$"{fallback}=folder:{path}", .. given]
            : throw new ArgumentException($"The folder of -{parameter} does not exist: {path}");
    }
}
