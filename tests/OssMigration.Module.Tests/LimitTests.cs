using System.Xml.Linq;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>Timetables, objects a second and a reserve for the business, as parameters.</summary>
public sealed class LimitTests
{
    private const string New = "New-MigrationJob NAME s3://source oss://destination";

    [Fact]
    public void A_job_can_follow_a_timetable_in_a_named_zone()
    {
        using Session session = new();

        Outcome outcome = Run(session, $"{New} -Schedule 'Mon-Fri 08:00-20:00=100Mbps; Sun=pause; *=200Mbps,500/s' -TimeZone 'Asia/Shanghai'");

        Assert.Equal("Mon-Fri 08:00-20:00=100Mbps; Sun=pause; *=200Mbps,500/s", outcome.Value<string>("Schedule"));
        Assert.Equal("Asia/Shanghai", outcome.Value<string>("TimeZone"));
        Assert.NotNull(outcome.Single().Properties["LimitsChangeAt"].Value);
        Assert.Null(outcome.Single().Properties["MaxBytesPerSecond"].Value);
    }

    [Fact]
    public void A_reserve_for_the_business_leaves_the_rest_of_the_line()
    {
        using Session session = new();

        Outcome outcome = Run(session, $"{New} -LinkBandwidth 250Mbps -ReserveForBusiness 50Mbps -MaxObjectRate 100");

        Assert.Equal(31_250_000, outcome.Value<long>("LinkBytesPerSecond"));
        Assert.Equal(6_250_000, outcome.Value<long>("ReserveBytesPerSecond"));
        Assert.Equal(25_000_000, outcome.Value<long>("BytesPerSecondNow"));
        Assert.Equal(100, outcome.Value<int>("MaxObjectsPerSecond"));
    }

    [Theory]
    [InlineData("-Schedule 'Mon-Fri=100Mbps' -TimeZone UTC", "Sat 00:00 to Sun 24:00")]
    [InlineData("-Schedule '*=100Mbps; Mon=5Mbps' -TimeZone UTC", "can never apply")]
    [InlineData("-Schedule '*=100Mbps' -TimeZone Mars/Olympus", "Mars/Olympus")]
    [InlineData("-Schedule '*=100Mbps'", "TimeZone")]
    [InlineData("-TimeZone UTC", "Schedule")]
    [InlineData("-Schedule '*=100Mbps' -TimeZone UTC -MaxBandwidth 5MB/s", "contradict")]
    [InlineData("-LinkBandwidth 50Mbps -ReserveForBusiness 50Mbps", "leaves nothing")]
    [InlineData("-LinkBandwidth 50Mbps", "ReserveForBusiness")]
    [InlineData("-LinkBandwidth 50Mbps -ReserveForBusiness 5Mbps -MaxBandwidth 5MB/s", "contradict")]
    [InlineData("-Mode Incremental -Interval 1.00:00:01 -RunCount 3", "1 day is possible. For longer ones let a scheduler start the job")]
    public void What_cannot_be_meant_is_refused_with_one_id_and_the_reason(string options, string reason)
    {
        using Session session = new();

        Outcome outcome = Run(session, $"{New} {options}");

        Assert.Equal("JobOptionsInvalid,OssMigration.Commands.NewMigrationJobCommand", outcome.ErrorId);
        Assert.Contains(reason, outcome.Terminating!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_limits_of_a_job_are_changed_and_stand_for_one_another()
    {
        using Session session = new();

        Outcome outcome = Run(session, $"{New} -MaxBandwidth 5MB/s | Set-MigrationJob -Schedule '*=2MB/s' -TimeZone UTC -MaxObjectRate 7 -PassThru");
        Assert.Null(outcome.Single().Properties["MaxBytesPerSecond"].Value);
        Assert.Equal(2_000_000, outcome.Value<long>("BytesPerSecondNow"));
        Assert.Equal(7, outcome.Value<int>("MaxObjectsPerSecond"));

        outcome = Run(session, "Set-MigrationJob NAME -LinkBandwidth 10MB/s -ReserveForBusiness 4MB/s -MaxObjectRate 0 -PassThru");
        Assert.Null(outcome.Single().Properties["Schedule"].Value);
        Assert.Null(outcome.Single().Properties["MaxObjectsPerSecond"].Value);
        Assert.Equal(6_000_000, outcome.Value<long>("BytesPerSecondNow"));

        outcome = Run(session, "Set-MigrationJob NAME -TimeZone UTC");
        Assert.Equal("JobOptionsInvalid,OssMigration.Commands.SetMigrationJobCommand", outcome.ErrorId ?? outcome.Errors[0].FullyQualifiedErrorId);
    }

    [Fact]
    public void A_job_shows_its_timetable_and_what_holds_now()
    {
        using Session session = new();

        Run(session, $"$job = {New} -Schedule '*=pause' -TimeZone Asia/Shanghai").Succeeded();

        Assert.Equal("paused", session.Run(Line("Rate")).Single().BaseObject);
        Assert.Equal("*=pause (Asia/Shanghai)", session.Run(Line("Timetable")).Single().BaseObject);
    }

    [Fact]
    public void Time_zones_are_completed()
    {
        using Session session = new();

        Outcome outcome = session.Run("[System.Management.Automation.CommandCompletion]::CompleteInput('New-MigrationJob -TimeZone shangh', 33, $null).CompletionMatches.CompletionText");

        Assert.Equal("Asia/Shanghai", outcome.Single().BaseObject);
    }

    private readonly string _name = Session.NewJobName();

    // What the list view of a job does for one of its lines; a session without the Utility module has no Format-List.
    private static string Line(string label)
    {
        XElement item = XDocument.Load(Path.Combine(Layout.Module, "OssMigration.Format.ps1xml")).Descendants("ListItem").Single(item =>
            item.Element("Label")!.Value == label && item.Ancestors("View").Single().Descendants("TypeName").Single().Value == "OssMigration.Views.MigrationJobInfo");
        string condition = item.Element("ItemSelectionCondition")?.Value ?? "$true";
        return $"$job | ForEach-Object {{ if ({condition}) {{ {item.Element("ScriptBlock")!.Value} }} }}";
    }

    private Outcome Run(Session session, string script) => session.Run(script.Replace("NAME", _name, StringComparison.Ordinal));
}
