using System.Diagnostics;
using System.Net;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

public sealed class SandboxTests
{
    [Fact]
    public void A_sandbox_listens_on_this_machine_only_and_ends_when_told()
    {
        using Session session = new();
        session.Run("$sandbox = Start-MigrationSandbox").Succeeded();

        Outcome addresses = session.Run("$sandbox.S3Endpoint.Host, $sandbox.OssEndpoint.Host, $sandbox.Admin.Host");
        int pid = (int)session.Run("$sandbox.Pid").Single().BaseObject;
        using Process process = Process.GetProcessById(pid);
        session.Run("$sandbox | Stop-MigrationSandbox").Succeeded();

        Assert.All(addresses.Succeeded().Output, host => Assert.True(IPAddress.IsLoopback(IPAddress.Parse((string)host.BaseObject))));
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(10)));
        session.Run("$sandbox | Stop-MigrationSandbox").Succeeded();
    }

    [Fact]
    public void A_sandbox_ends_with_the_module_of_its_session_and_leaves_those_of_others()
    {
        using SandboxSession other = new();
        using Session session = new();
        int pid = (int)session.Run("(Start-MigrationSandbox).Pid").Single().BaseObject;
        using Process process = Process.GetProcessById(pid);

        session.Run("Remove-Module OssMigration").Succeeded();

        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(10)));
        using Process left = Process.GetProcessById(other.Pid);
        Assert.False(left.HasExited);
    }

    [Fact]
    public void A_sandbox_ends_with_the_process_that_started_it()
    {
        ShellRun run = ShellRun.Of(["-Command", "(Start-MigrationSandbox).Pid"]);

        int pid = int.Parse(run.Output.Trim(), System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            using Process process = Process.GetProcessById(pid);
            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)));
        }
        catch (ArgumentException)
        {
            // It has ended already, and nothing else got its number.
        }
    }

    [Fact]
    public void Ctrl_C_at_the_terminal_leaves_the_sandbox_of_the_session_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows sends no signal to one process alone.");
        using SandboxSession session = new();

        Assert.Equal(0, Signals.Send(session.Pid, Signals.Interrupt));

        Assert.Equal([true, true], session.Run("$sandbox.Source, $sandbox.Destination | Test-MigrationAddress").Succeeded().Output.Select(usable => (bool)usable.BaseObject));
    }

    [Fact]
    public void Folders_are_served_in_place_and_written_as_files()
    {
        string folder = Directory.CreateTempSubdirectory("ossmigration-folders-").FullName;
        try
        {
            string source = Directory.CreateDirectory(Path.Combine(folder, "from here")).FullName;
            string destination = Directory.CreateDirectory(Path.Combine(folder, "to here")).FullName;
            File.WriteAllText(Path.Combine(source, "a file.txt"), "content");
            using SandboxSession session = new($"-SourceFolder '{source}' -DestinationFolder '{destination}'");

            session.Run($"Start-OssMigration {session.NewJob()}").Single();

            Assert.Equal("content", File.ReadAllText(Directory.GetFiles(destination, "a file.txt", SearchOption.AllDirectories).Single()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_folder_that_is_not_there_is_an_error_before_anything_starts()
    {
        using Session session = new();

        Outcome outcome = session.Run("Start-MigrationSandbox -SourceFolder ./no-such-folder");

        Assert.Equal("ArgumentInvalid,OssMigration.Commands.StartMigrationSandboxCommand", outcome.ErrorId);
        Assert.Contains("no-such-folder", outcome.Terminating!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void With_a_link_source_and_destination_lead_through_it_and_the_endpoints_do_not()
    {
        using SandboxSession session = new("-LinkBandwidth 200Mbps -LinkLatency 00:00:00.005");

        Outcome endpoints = session.Run("$sandbox.Source.Endpoint, $sandbox.Destination.Endpoint, $sandbox.S3Endpoint, $sandbox.OssEndpoint").Succeeded();
        Outcome link = session.Run("$sandbox.LinkBandwidth, $sandbox.LinkLatency").Succeeded();
        Outcome usable = session.Run("$sandbox.Source, $sandbox.Destination | Test-MigrationAddress").Succeeded();
        object? told = session.Run("$sandbox.Ask('/link').downBytesPerSecond").Single().BaseObject;

        Assert.Equal(4, endpoints.Output.Select(endpoint => endpoint.BaseObject).Distinct().Count());
        Assert.Equal([25_000_000L, TimeSpan.FromMilliseconds(5)], link.Output.Select(value => value.BaseObject));
        Assert.Equal([true, true], usable.Output.Select(answer => (bool)answer.BaseObject));
        Assert.Equal(25_000_000L, told);
    }

    [Fact]
    public void A_script_leads_the_live_business_with_hashtables_and_a_refusal_is_an_error_with_its_reason()
    {
        using SandboxSession session = new();

        Outcome life = session.Run("""
            $null = $sandbox.Tell('/business', @{
                source = @{ bucket = 'source' }; destination = @{ bucket = 'destination' }; operationsPerSecond = 50.5; minimumBytes = 10; maximumBytes = 20 })
            do { $report = $sandbox.Ask('/business') } until ($report.total.creates -gt 0)
            $since = $sandbox.Tell('/business/phase', @{ phase = 'stopped' })
            $report.windows[0].name
            $since.phase
            $sandbox.Tell('/business/verify', @{}).lost -gt 0
            """);
        Outcome refusal = session.Run("$sandbox.Tell('/business/phase', @{ phase = 'asleep' })");

        Assert.Equal(["start", "stopped", true], life.Succeeded().Output.Select(value => value.BaseObject));
        Assert.Contains("The sandbox refused POST /business/phase", refusal.Terminating!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-LinkLatency 00:00:01", "ArgumentInvalid", "needs -LinkBandwidth")]
    [InlineData("-LinkBandwidth 25MB/s -LinkLatency 01:00:00", "ArgumentInvalid", "0 to 60 seconds")]
    [InlineData("-LinkBandwidth fast", "ParameterArgumentTransformationError", "is no rate")]
    [InlineData("-LinkBandwidth 0", "ParameterArgumentValidationError", "LinkBandwidth")]
    public void A_link_that_makes_no_sense_is_refused_before_anything_starts(string parameters, string id, string reason)
    {
        using Session session = new();

        Outcome outcome = session.Run($"Start-MigrationSandbox {parameters}");

        Assert.StartsWith(id, outcome.ErrorId, StringComparison.Ordinal);
        Assert.Contains(reason, outcome.Terminating!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sandbox_that_cannot_start_says_why()
    {
        using Session session = new();

        Outcome outcome = session.Run("Start-MigrationSandbox -S3Bucket 'source=synthetic:no-such-kind,count=1,size=1'");

        Assert.Equal("SandboxNotStarted,OssMigration.Commands.StartMigrationSandboxCommand", outcome.ErrorId);
        Assert.Contains("no-such-kind", outcome.Terminating!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void With_WhatIf_no_sandbox_is_started()
    {
        using Session session = new();

        Assert.Empty(session.Run("Start-MigrationSandbox -WhatIf").Succeeded().Output);
        Assert.Contains("What if:", session.Host.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_keys_of_a_sandbox_are_not_shown()
    {
        using SandboxSession session = new();
        string secret = (string)session.Run("$sandbox.S3Credential.GetNetworkCredential().Password").Single().BaseObject;

        string shown = session.Session.Show("$sandbox; $sandbox.psobject.Properties | ForEach-Object { \"$($_.Value)\" }; [System.Management.Automation.PSSerializer]::Serialize($sandbox, 4); \"$sandbox\"");

        Assert.NotEmpty(secret);
        Assert.DoesNotContain(secret, shown, StringComparison.Ordinal);
    }
}
