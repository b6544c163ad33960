using System.Management.Automation;
using System.Reflection;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>Progress where nobody looks at a console: plain lines, few of them, and an error stream that stays empty.</summary>
public sealed class ProgressTests
{
    [Fact]
    public void A_plain_line_comes_after_five_seconds_and_then_once_a_minute_for_each_activity()
    {
        Clock clock = new();
        List<string> lines = [];
        Action<ProgressRecord> write = PlainOutlet(clock, lines);

        for (int second = 0; second < 150; second++)
        {
            clock.Now = TimeSpan.FromSeconds(second);
            for (int quarter = 0; quarter < 4; quarter++)
                write(new ProgressRecord(1, "Migration photos", $"{second} of 150 objects") { PercentComplete = second * 100 / 150, SecondsRemaining = 150 - second });
        }

        Assert.Equal(
            [
                "Migration photos; 5 of 150 objects; 3 %; 00:02:25 left",
                "Migration photos; 65 of 150 objects; 43 %; 00:01:25 left",
                "Migration photos; 125 of 150 objects; 83 %; 00:00:25 left",
            ],
            lines);
    }

    [Fact]
    public void What_is_over_within_five_seconds_gives_no_line_and_begins_anew_the_next_time()
    {
        Clock clock = new();
        List<string> lines = [];
        Action<ProgressRecord> write = PlainOutlet(clock, lines);

        for (int run = 0; run < 10; run++)
        {
            clock.Now += TimeSpan.FromSeconds(1);
            write(new ProgressRecord(1, "A", "begins"));
            clock.Now += TimeSpan.FromSeconds(4);
            write(new ProgressRecord(1, "A", "ends") { RecordType = ProgressRecordType.Completed });
        }

        Assert.Empty(lines);
    }

    [Theory]
    [InlineData("")]
    [InlineData("$ProgressPreference = 'SilentlyContinue'")]
    public void A_run_without_a_console_writes_a_line_where_it_takes_long_and_nothing_to_the_error_stream(string preference)
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=70,size=100000'");
        string job = session.NewJob("-MaxBandwidth 1MB/s");
        string secret = session.Run("$sandbox.S3Credential.GetNetworkCredential().Password").Single().ToString();
        string other = session.Run("$sandbox.OssCredential.GetNetworkCredential().Password").Single().ToString();
        string keys = $$"""
            {{preference}}
            $keys = { param($id, $text) [pscredential]::new($id, [System.Net.NetworkCredential]::new('', $text).SecurePassword) }
            $report = Start-OssMigration {{job}} -SourceCredential (& $keys '{{session.Run("$sandbox.S3Credential.UserName").Single()}}' $env:A) -DestinationCredential (& $keys '{{session.Run("$sandbox.OssCredential.UserName").Single()}}' $env:B)
            exit $report.ExitCode
            """;

        ShellRun run = ShellRun.Of(["-Command", keys], ("OSSMIGRATION_HOME", TestProcess.Home), ("A", secret), ("B", other));

        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        if (preference.Length == 0)
            Assert.StartsWith($"Migration {job}, run 1; ", Assert.Single(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        else
            Assert.Equal("", run.Output);
    }

    // The clock of the outlet is its own, and the module keeps the class to itself.
    private static Action<ProgressRecord> PlainOutlet(TimeProvider time, List<string> lines)
    {
        using Session session = new();
        Type type = LoadedTypes.ModuleAssembly.GetType("OssMigration.Pipeline.ProgressOutlet", throwOnError: true)!;
        object outlet = Activator.CreateInstance(type, time, true)!;
        MethodInfo write = type.GetMethod("Write")!;
        ICommandRuntime2 runtime = DispatchProxy.Create<ICommandRuntime2, InformationRecorder>();
        ((InformationRecorder)runtime).Lines = lines;
        return record => write.Invoke(outlet, [new AnyCommand { CommandRuntime = runtime }, record]);
    }

    private sealed class AnyCommand : Cmdlet;

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long GetTimestamp() => (long)(Now.TotalSeconds * TimestampFrequency);
    }

#pragma warning disable CA1852 // A proxy is derived from it.
    private class InformationRecorder : DispatchProxy
    {
        public List<string> Lines { get; set; } = [];

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (args?[0] is InformationRecord record)
                Lines.Add(record.MessageData.ToString()!);
            return null;
        }
    }
#pragma warning restore CA1852
}
