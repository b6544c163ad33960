using System.Text;
using System.Text.Json;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>Reports as files, from cmdlets down to bytes.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ossmigration-export-");

    [Fact]
    public void The_ending_of_the_path_says_what_is_written_and_Format_says_it_against_the_ending()
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=20,size=1000'");
        string job = Migrated(session);

        Assert.Equal(["r.html"], Export(session, job, "r.html"));
        Assert.Equal(["r.HTM"], Export(session, job, "r.HTM"));
        Assert.Equal(["r_total_list.csv", "r_completed_list.csv", "r_skipped_list.csv", "r_failed_list.csv"], Export(session, job, "r.csv"));
        Assert.Equal(["r.json"], Export(session, job, "r.json"));
        Assert.Equal(["r.txt"], Export(session, job, "r.txt", "-Format Json"));
        Assert.Equal([job + ".html"], Export(session, job, "."));

        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(PathOf("r.html")), StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(PathOf("r.txt")));
        Assert.Equal(20, document.RootElement.GetProperty("lists").GetProperty("completed").GetProperty("objects").GetInt64());
        Assert.Equal(21, File.ReadAllLines(PathOf("r_total_list.csv")).Length);
        Assert.True(File.ReadAllBytes(PathOf("r_total_list.csv")).AsSpan().StartsWith(Encoding.UTF8.Preamble));
    }

    [Fact]
    public void What_cannot_be_written_is_an_error_with_an_id_and_nothing_is_written()
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=20,size=1000'");
        string fresh = session.NewJob();
        string job = Migrated(session);
        File.WriteAllText(PathOf("mine.html"), "mine");

        Assert.Equal("ArgumentInvalid", ErrorOf(session, $"Export-MigrationReport {job} '{PathOf("report.txt")}'"));
        Assert.Equal("ArgumentInvalid", ErrorOf(session, $"Export-MigrationReport {job} Variable:report.html"));
        Assert.Equal("ReportFileExists", ErrorOf(session, $"Export-MigrationReport {job} '{PathOf("mine.html")}'"));
        Assert.Equal("JobNothingThere", ErrorOf(session, $"Export-MigrationReport {fresh} '{PathOf("none.html")}'"));
        Assert.Equal("JobNothingThere", ErrorOf(session, $"Export-MigrationReport {job} '{PathOf("none.html")}' -Run 7"));
        Assert.Equal("JobNotFound", ErrorOf(session, $"Export-MigrationReport nobody '{PathOf("none.html")}'"));
        Assert.Equal("LocalDisk", ErrorOf(session, $"Export-MigrationReport {job} '{PathOf("no-such-folder/none.html")}'"));
        Assert.Equal(["mine.html"], _folder.EnumerateFileSystemInfos().Select(file => file.Name));
    }

    [Fact]
    public void A_mirroring_rule_that_is_set_and_removed_is_a_step_of_the_report()
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=20,size=1000'");
        string job = Migrated(session);
        session.Run($"Set-OssMirrorRule {job} -OriginCredential $sandbox.S3Credential -Confirm:$false").Succeeded();

        Assert.Equal("UnderWay", MirrorStep(session, job).GetProperty("state").GetString());

        session.Run($"Remove-OssMirrorRule {job} -Confirm:$false").Succeeded();

        JsonElement step = MirrorStep(session, job);
        Assert.Equal("Done", step.GetProperty("state").GetString());
        Assert.Equal(1, step.GetProperty("periods").GetArrayLength());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Migrated(SandboxSession session)
    {
        string job = session.NewJob();
        session.Run($"Start-OssMigration {job}").Single();
        return job;
    }

    private static string ErrorOf(SandboxSession session, string command)
        => session.Run(command).ErrorId!.Split(',')[0];

    private JsonElement MirrorStep(SandboxSession session, string job)
    {
        Export(session, job, "steps.json", "-Force");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(PathOf("steps.json")));
        return document.RootElement.GetProperty("steps")[1].Clone();
    }

    private string[] Export(SandboxSession session, string job, string file, string more = "")
        => [.. session.Run($"Export-MigrationReport {job} '{PathOf(file)}' -PassThru {more}").Succeeded().Output.Select(written => ((FileInfo)written.BaseObject).Name)];

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);
}
