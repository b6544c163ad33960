using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

public sealed class ForecastTests
{
    private const string Command = ",OssMigration.Commands.MeasureOssMigrationCommand";
    private const string Yardstick = "Measure-OssMigration -ObjectCount 100000000 -TotalSize '320 TB' -DailyGrowth '20 GB' -LinkBandwidth 250Mbps -ReserveForBusiness 50Mbps";

    [Fact]
    public void The_yardstick_has_its_figures()
    {
        using Session session = new();

        Outcome outcome = session.Run(Yardstick + " -DailyNewObjects 4000 -Days 25");

        Assert.Equal("320 TB in 25 days needs 1.19 Gbit/s; 250 - 50 Mbit/s needs 148 days, during which 3.0 TB arrive.", outcome.Value<string>("Summary"));
        Assert.Equal(12_800_000, outcome.Value<TimeSpan>("Duration").TotalSeconds);
        Assert.Equal(2_962_962_962_963, outcome.Value<long>("ArrivingBytes"));
        Assert.Equal(592_593, outcome.Value<long>("ArrivingObjects"));
        Assert.Equal(1.185e9, outcome.Value<double>("NeededBytesPerSecond") * 8, 0.001e9);
        Assert.Equal(3, session.Run($"({Yardstick}).Passes.Count").Single().BaseObject);
    }

    [Fact]
    public void The_arithmetic_is_shown()
    {
        using Session session = new();

        // The host breaks lines where its window ends.
        string shown = string.Join(' ', session.Show(Yardstick + " -Days 25").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

        Assert.Contains("needs 148 days, during which 3.0 TB arrive", shown, StringComparison.Ordinal);
        Assert.Contains("Full migration: 320 TB / 25 MB a second = 12,800,000 s", shown, StringComparison.Ordinal);
        Assert.Contains("Increment 2", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'320 TB'", 320_000_000_000_000)]
    [InlineData("'320TB'", 320_000_000_000_000)]
    [InlineData("'1.5 GiB'", 1_610_612_736)]
    [InlineData("'20000000000'", 20_000_000_000)]
    [InlineData("20000000000", 20_000_000_000)]
    [InlineData("320TB", 351_843_720_888_320)]
    [InlineData("0", 0)]
    public void A_size_in_quotes_is_decimal_and_a_number_is_bytes(string size, long bytes)
    {
        using Session session = new();

        Assert.Equal(bytes, session.Run($"Measure-OssMigration -ObjectCount 1 -TotalSize {size} -Days 1").Value<long>("Bytes"));
    }

    [Theory]
    [InlineData("'much'")]
    [InlineData("'320 Tb'")]
    [InlineData("'200Mbps'")]
    [InlineData("'25MB/s'")]
    [InlineData("'-5 GB'")]
    [InlineData("-5")]
    [InlineData("'99999999999999 TB'")]
    public void A_size_that_is_none_is_refused(string size)
    {
        using Session session = new();

        Assert.NotNull(session.Run($"Measure-OssMigration -ObjectCount 1 -TotalSize {size} -Days 1").Terminating);
    }

    [Theory]
    [InlineData("-ObjectCount 1 -TotalSize 1", "ForecastNoRate")]
    [InlineData("-ObjectCount 100 -TotalSize '1 TB' -DailyGrowth '3 TB' -MaxBandwidth 200Mbps", "ForecastGrowthOutrunsLine")]
    [InlineData("-ObjectCount 100 -TotalSize '1 TB' -MaxBandwidth 200Mbps -LinkBandwidth 1Gbps -ReserveForBusiness 1Mbps", "JobOptionsInvalid")]
    [InlineData("-ObjectCount 100 -TotalSize '1 TB' -LinkBandwidth 1Gbps", "JobOptionsInvalid")]
    [InlineData("-ObjectCount 100 -TotalSize '1 TB' -Schedule 'Mon 08:00-09:00=1Mbps' -TimeZone UTC", "JobOptionsInvalid")]
    [InlineData("-ObjectCount 100 -TotalSize '1 TB' -Schedule '*=1Mbps' -TimeZone Nowhere", "JobOptionsInvalid")]
    [InlineData("-ObjectCount 0 -TotalSize '1 TB' -MaxBandwidth 200Mbps", "ArgumentInvalid")]
    [InlineData("-ObjectCount 1 -TotalSize '1 TB' -Days -1", "ArgumentInvalid")]
    [InlineData("-Source s3://photos -Sample 5 -Exact -MaxBandwidth 1Mbps", "ArgumentInvalid")]
    [InlineData("no-such-job -MaxBandwidth 1Mbps", "JobNotFound")]
    public void What_cannot_be_forecast_is_refused_with_a_stable_id(string parameters, string errorId)
    {
        using Session session = new();

        Assert.Equal(errorId + Command, session.Run("Measure-OssMigration " + parameters).ErrorId);
    }

    [Fact]
    public void A_source_is_sampled_within_its_pages_or_counted()
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=40000,size=1000'");
        session.ForgetOperations();

        Outcome sampled = session.Run("Measure-OssMigration -Source $sandbox.Source -Sample 30 -MaxBandwidth 1MB/s");
        Outcome counted = session.Run("Measure-OssMigration -Source $sandbox.Source -Exact -MaxBandwidth 1MB/s -Days 1");

        long objects = sampled.Value<long>("Objects");
        Assert.InRange(objects, 30_000, 50_000);
        Assert.Contains("pages of its listing", sampled.Single().Properties["Estimate"].Value.ToString(), StringComparison.Ordinal);
        Assert.Equal((40_000, 40_000_000), (counted.Value<long>("Objects"), counted.Value<long>("Bytes")));
        Assert.Equal(40, counted.Value<TimeSpan>("Duration").TotalSeconds);
        Assert.Equal(["HeadBucket", "ListObjectsV2"], session.Operations("s3").Append("HeadBucket").Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_job_is_forecast_by_its_own_limits_unless_others_are_given()
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=500,size=100000'");
        string job = session.NewJob("-LinkBandwidth 3MB/s -ReserveForBusiness 2MB/s");

        Assert.Equal(50, session.Run($"Get-MigrationJob {job} | Measure-OssMigration").Value<TimeSpan>("Duration").TotalSeconds);
        Assert.Equal(25, session.Run($"Measure-OssMigration {job} -MaxBandwidth 2MB/s").Value<TimeSpan>("Duration").TotalSeconds);
    }
}
