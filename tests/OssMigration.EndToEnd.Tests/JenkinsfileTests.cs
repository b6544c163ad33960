using System.Diagnostics;
using System.Text.RegularExpressions;
using OssMigration.Core.Jobs;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>The shipped Jenkinsfile: its shell step is run as Jenkins would, and its exit codes are those of a run.</summary>
public sealed partial class JenkinsfileTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Layout.Root, "out", "OssMigration", "runbooks", "Jenkinsfile"));

    public static bool HasShell => File.Exists("/bin/sh");

    [Fact]
    public void It_is_one_declarative_pipeline_whose_blocks_close_and_which_maps_every_exit_code_of_a_run()
    {
        string code = Quoted().Replace(Comment().Replace(Text, ""), "''");

        Assert.Matches(@"^\s*pipeline \{", code);
        Assert.Equal(code.Count(c => c == '{'), code.Count(c => c == '}'));
        Assert.Equal(code.Count(c => c == '('), code.Count(c => c == ')'));
        foreach (string block in (string[])["agent any", "options {", "parameters {", "stages {", "stage('') {", "steps {", "withCredentials([", "script {"])
            Assert.Contains(block, code, StringComparison.Ordinal);
        Assert.Equal(
            Enum.GetValues<Core.Reporting.RunStatus>().Select(status => new Core.Reporting.MigrationReport { JobName = "any", Run = 1, Status = status }.ExitCode).Order(),
            Case().Matches(code).Select(label => int.Parse(label.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).Order());
        Assert.Contains("default:", code, StringComparison.Ordinal);
    }

    [Fact(SkipUnless = nameof(HasShell), Skip = "The step is one for a POSIX shell.")]
    public async Task Its_step_runs_the_job_and_ends_with_the_exit_code_of_the_run()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        await cloud.PutAsync("key", "content");
        cloud.Create(WithStepKeys);
        StoreAddress state = await cloud.Sandbox.CreateBucketAsync(SandboxSide.Oss);
        using MachineHomes homes = new();

        (int withoutState, string plain) = await StepAsync(cloud, cloud.Home);
        Assert.True(withoutState == 0, plain);
        (int withState, string output) = await StepAsync(cloud, cloud.Home, ("STATE_URI", state.Uri + "jobs"));
        Assert.True(withState == 0, output);
        await cloud.AssertSameAsync();

        await cloud.PutAsync("/not at OSS", "content");
        (int exceptions, string left) = await StepAsync(cloud, homes.New(), ("STATE_URI", state.Uri + "jobs"));
        Assert.True(exceptions == 2, left);
        (int incomplete, string stopped) = await StepAsync(cloud, homes.New(), ("STATE_URI", state.Uri + "jobs"), ("TIME_BUDGET", "00:00:00"));
        Assert.True(incomplete == 3, stopped);
        (int failed, string error) = await StepAsync(cloud, homes.New());
        Assert.True(failed == 1, error);
        Assert.DoesNotContain(cloud.Sandbox.OssKeys.AccessKeySecret, plain + output + left + stopped + error, StringComparison.Ordinal);
    }

    // The credentials of the pipeline are bound to these names.
    private static MigrationJob WithStepKeys(MigrationJob job) => job with
    {
        Source = job.Source with { Credential = new CredentialReference(CredentialKind.Environment, "SOURCE") },
        Destination = job.Destination with { Credential = new CredentialReference(CredentialKind.Environment, "DESTINATION") },
    };

    private static async Task<(int ExitCode, string Output)> StepAsync(Cloud cloud, string home, params (string Name, string Value)[] parameters)
    {
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-xe");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Step().Match(Text).Groups[1].Value);
        foreach (Match parameter in Parameter().Matches(Text))
            start.Environment[parameter.Groups[1].Value] = parameter.Groups[2].Value;
        start.Environment["PWSH"] = $"dotnet {Layout.Shell}";
        start.Environment["OSSMIGRATION_HOME"] = home;
        start.Environment["JOB"] = Cloud.JobName;
        start.Environment["DESTINATION_REGION"] = cloud.DestinationAddress.Region;
        start.Environment["DESTINATION_ENDPOINT"] = cloud.DestinationAddress.Endpoint!.AbsoluteUri;
        foreach ((string name, StoreCredential keys) in ((string, StoreCredential)[])[("SOURCE", cloud.Sandbox.S3Keys), ("DESTINATION", cloud.Sandbox.OssKeys)])
        {
            start.Environment[name + "_ACCESS_KEY_ID"] = keys.AccessKeyId;
            start.Environment[name + "_ACCESS_KEY_SECRET"] = keys.AccessKeySecret;
        }

        foreach ((string name, string value) in parameters)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }

    [GeneratedRegex(@"sh\(returnStatus: true, script: '''(.*?)'''\)", RegexOptions.Singleline)]
    private static partial Regex Step();

    [GeneratedRegex(@"string\(name: '(\w+)', defaultValue: '([^']*)'")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"case (\d+):")]
    private static partial Regex Case();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex("'''.*?'''|'[^']*'|\"[^\"]*\"", RegexOptions.Singleline)]
    private static partial Regex Quoted();
}
