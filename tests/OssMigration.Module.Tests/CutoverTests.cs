using System.Globalization;
using System.Management.Automation;
using System.Security.Cryptography;
using System.Text;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>The check before a cut-over and the wait for it, down to bytes on sockets.</summary>
public sealed class CutoverTests : IDisposable
{
    private const string Stopped = "-WritesStoppedAt ([DateTimeOffset]::UtcNow) -SkipMirror";

    private readonly string _source = Directory.CreateTempSubdirectory("ossmigration-cutover-").FullName;

    public void Dispose() => Directory.Delete(_source, recursive: true);

    [Fact]
    public void A_job_is_ready_or_the_stale_object_is_named_as_a_warning()
    {
        using SandboxSession session = NewCloud();
        Write("a", "first");
        string job = session.NewJob();
        session.Run($"Start-OssMigration {job}").Single();

        Outcome ready = session.Run($"Test-OssCutover {job} {Stopped}");
        Write("a", "later");
        Outcome stale = session.Run($"Test-OssCutover {job} {Stopped}");

        Assert.True((bool)ready.Single().BaseObject);
        Assert.Empty(ready.Warnings);
        Assert.False((bool)stale.Single().BaseObject);
        Assert.Contains(stale.Warnings, warning => warning.Contains("StaleObjects", StringComparison.Ordinal) && warning.Contains("'a'", StringComparison.Ordinal));
    }

    [Fact]
    public void The_mirroring_rule_is_proved_by_a_fetch_of_an_object_that_has_not_arrived()
    {
        using SandboxSession session = NewCloud();
        Write("a", "first");
        string job = session.NewJob();
        session.Run($"Start-OssMigration {job}").Single();
        string check = $"Test-OssCutover {job} -WritesStoppedAt ([DateTimeOffset]::UtcNow)";

        Outcome without = session.Run(check);
        SetMirrorRule(session);
        Write("b", "new, and not yet arrived");
        session.Run($"$check = {check} -Detailed").Succeeded();
        Outcome mirrored = session.Run("$check.IsReady; $rule = $check.Conditions | Where-Object Subject -eq MirrorRule; $rule.State.ToString(), $rule.Data.Key, $rule.Data.Bytes");
        Outcome arrived = session.Run(check);
        Outcome waited = session.Run($"Wait-OssCutover {job} -WritesStoppedAt ([DateTimeOffset]::UtcNow) -CreateProbe -Timeout 00:01:00");

        Assert.False((bool)without.Single().BaseObject);
        Assert.Contains("MirrorRule", Assert.Single(without.Warnings), StringComparison.Ordinal);
        Assert.Equal([true, "Met", "b", 24L], mirrored.Succeeded().Output.Select(value => value.BaseObject));
        Assert.False((bool)arrived.Single().BaseObject);
        string open = Assert.Single(arrived.Warnings);
        Assert.Contains("nothing that OSS would fetch", open, StringComparison.Ordinal);
        Assert.Contains("-ProbeKey, or -CreateProbe", open, StringComparison.Ordinal);

        // The parameters of Test-OssMirrorRule are of no use here.
        Assert.DoesNotContain("(-Key)", open, StringComparison.Ordinal);
        Assert.True(waited.Value<bool>("IsReady"));
        Assert.Equal(["a", "b"], Directory.EnumerateFiles(_source).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_the_moment_when_writes_stopped_a_job_is_not_ready_and_says_what_to_give()
    {
        using SandboxSession session = NewCloud();
        Write("a", "first");
        string job = session.NewJob();

        Outcome never = session.Run($"Test-OssCutover {job} -SkipMirror");
        session.Run($"Start-OssMigration {job}; Compare-MigrationData {job}").Single();
        Outcome migrated = session.Run($"Get-MigrationJob {job} | Test-OssCutover -SkipMirror");

        Assert.False((bool)never.Single().BaseObject);
        Assert.Contains(never.Warnings, warning => warning.Contains("no run over everything", StringComparison.Ordinal));
        Assert.False((bool)migrated.Single().BaseObject);
        Assert.Contains("-WritesStoppedAt", Assert.Single(migrated.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void In_detail_every_condition_has_its_evidence_and_is_shown_as_a_list()
    {
        using SandboxSession session = NewCloud();
        Write("a", "first");
        string job = session.NewJob();
        session.Run($"Start-OssMigration {job}").Single();

        session.Run($"$check = Test-OssCutover {job} {Stopped} -Detailed").Succeeded();
        Outcome values = session.Run(
            """
            function Again($it) { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($it, 1)) }
            $check.IsReady, $check.Conditions.Count, $check.Forecast.Left.Objects, @($check.Open).Count, (Again $check).Conditions[1].Evidence
            """);
        string shown = session.Session.Show("$PSStyle.OutputRendering = 'PlainText'; $check");

        Assert.Equal([true, 13, 0L, 0], values.Succeeded().Output.Take(4).Select(value => value.BaseObject));
        Assert.Contains("1 object copied", (string)values.Output[4].BaseObject, StringComparison.Ordinal);
        Assert.Matches("Stale objects *: Met. ", shown);
        Assert.Matches("Mirror rule *: Advisory. Left out by -SkipMirror", shown);
    }

    [Fact]
    public void The_wait_gives_the_check_that_found_the_job_ready()
    {
        using SandboxSession session = NewCloud();
        Write("a", "first");
        string job = session.NewJob();
        session.Run($"Start-OssMigration {job}").Single();

        Outcome waited = session.Run($"Wait-OssCutover {job} {Stopped} -Timeout 00:01:00 -Verbose");

        Assert.True(waited.Value<bool>("IsReady"));
        Assert.Contains(waited.Verbose, line => line.EndsWith(": ready", StringComparison.Ordinal));
    }

    [Fact]
    public void A_wait_that_is_over_is_an_error_that_names_what_is_open_and_progress_named_it_before()
    {
        using SandboxSession session = NewCloud();
        Write("a", "first");
        string job = session.NewJob();
        session.Run($"Start-OssMigration {job}").Single();
        Write("a", "later");

        Outcome over = session.Run($"Wait-OssCutover {job} {Stopped} -Timeout 00:00:03 -Interval 00:00:01");

        Assert.Equal("CutoverTimeout,OssMigration.Commands.WaitOssCutoverCommand", over.ErrorId);
        Assert.Equal("OperationTimeout", over.Terminating!.CategoryInfo.Category.ToString());
        Assert.Equal("OssMigration.Core.Cutover.CutoverReadiness", over.Terminating.TargetObject.GetType().FullName);
        Assert.Contains("'a'", over.Terminating.ToString(), StringComparison.Ordinal);
        Assert.Empty(over.Output);
        Assert.Contains(session.Session.Host.Progress, record => record.StatusDescription.Contains("StaleObjects", StringComparison.Ordinal));
    }

    [Fact]
    public void A_job_that_was_cut_over_answers_false_and_is_not_waited_for()
    {
        using SandboxSession session = new();
        string job = session.NewJob();
        session.Run($"Set-MigrationJob {job} -CutoverTime ([DateTimeOffset]::UtcNow)").Succeeded();

        Outcome tested = session.Run($"Test-OssCutover {job} {Stopped}");
        Outcome waited = session.Run($"Wait-OssCutover {job} {Stopped}");

        Assert.False((bool)tested.Single().BaseObject);
        Assert.Contains("was cut over at", Assert.Single(tested.Warnings), StringComparison.Ordinal);
        Assert.Equal("CutoverAlreadyDone,OssMigration.Commands.WaitOssCutoverCommand", waited.ErrorId);
    }

    [Theory]
    [InlineData("Test-OssCutover no-such-job", "JobNotFound,OssMigration.Commands.TestOssCutoverCommand")]
    [InlineData("Wait-OssCutover no-such-job -WritesStoppedAt 2026-01-01", "JobNotFound,OssMigration.Commands.WaitOssCutoverCommand")]
    [InlineData("Test-OssCutover JOB -SkipMirror -CreateProbe", "ArgumentInvalid,OssMigration.Commands.TestOssCutoverCommand")]
    [InlineData("Test-OssCutover JOB -MaximumAge 00:00:00", "ArgumentInvalid,OssMigration.Commands.TestOssCutoverCommand")]
    [InlineData("Wait-OssCutover JOB -WritesStoppedAt 2026-01-01 -Interval 00:00:00", "ArgumentInvalid,OssMigration.Commands.WaitOssCutoverCommand")]
    public void Bad_input_is_refused(string command, string id)
    {
        using Session session = new();
        string job = Session.NewJobName();
        session.Run($"New-MigrationJob {job} s3://source oss://destination").Single();

        Assert.Equal(id, session.Run(command.Replace("JOB", job, StringComparison.Ordinal)).ErrorId);
    }

    private SandboxSession NewCloud() => new($"-SourceFolder '{_source}'");

    private void Write(string key, string content) => File.WriteAllText(Path.Combine(_source, key), content);

    // Signed by hand (version 1), so that the check does not rest on the module's own way of setting rules.
    private static void SetMirrorRule(SandboxSession session)
    {
        Uri endpoint = (Uri)session.Run("$sandbox.OssEndpoint").Single().BaseObject;
        Uri origin = (Uri)session.Run("$sandbox.S3Endpoint").Single().BaseObject;
        string[] names = [.. session.Run("$sandbox.Source.Bucket, $sandbox.Destination.Bucket, $sandbox.S3Region").Succeeded().Output.Select(name => (string)name.BaseObject)];
        PSCredential[] keys = [.. session.Run("$sandbox.S3Credential, $sandbox.OssCredential").Succeeded().Output.Select(key => (PSCredential)key.BaseObject)];
        string xml = $"""
            <WebsiteConfiguration><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber>
            <Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>
            <Redirect><RedirectType>Mirror</RedirectType><MirrorURL>{new Uri(origin, names[0] + "/")}</MirrorURL><MirrorAllowHeadObject>true</MirrorAllowHeadObject>
            <MirrorAuth><AuthType>S3V4</AuthType><Region>{names[2]}</Region><AccessKeyId>{keys[0].UserName}</AccessKeyId><AccessKeySecret>{keys[0].GetNetworkCredential().Password}</AccessKeySecret></MirrorAuth>
            </Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>
            """;
        string date = TimeProvider.System.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        using HttpRequestMessage request = new(HttpMethod.Put, new Uri(endpoint, $"{names[1]}/?website")) { Content = new StringContent(xml) };
        request.Content.Headers.ContentType = null;
#pragma warning disable CA5350 // The signature's version 1 is made of SHA-1.
        byte[] signature = HMACSHA1.HashData(
            Encoding.UTF8.GetBytes(keys[1].GetNetworkCredential().Password), Encoding.UTF8.GetBytes($"PUT\n\n\n{date}\n/{names[1]}/?website"));
#pragma warning restore CA5350
        request.Headers.TryAddWithoutValidation("Date", date);
        request.Headers.TryAddWithoutValidation("Authorization", $"OSS {keys[1].UserName}:{Convert.ToBase64String(signature)}");
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
        using HttpResponseMessage answer = client.Send(request);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
    }
}
