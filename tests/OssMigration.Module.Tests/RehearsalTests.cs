using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>The shipped rehearsal over a small folder; CI runs it over the whole .NET SDK.</summary>
public sealed class RehearsalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ossmigration-rehearsed-").FullName;
    private readonly string _temporary = Directory.CreateTempSubdirectory("ossmigration-temporary-").FullName;

    // The bulk copy of so small a folder is over before the line can be judged, which the rehearsal says with exit code 4.
    [Fact]
    public void It_moves_a_live_business_in_five_steps_and_removes_all_that_it_made()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "sub folder"));
        for (int i = 0; i < 30; i++)
            File.WriteAllText(Path.Combine(_folder, i % 2 == 0 ? "sub folder" : "", $"file {i} ü.txt"), new string('x', i * 100));

        ShellRun run = ShellRun.Of(["rehearse", "-Folder", _folder], ("TMPDIR", _temporary), ("TMP", _temporary), ("OSSMIGRATION_HOME", null));

        Assert.True(run.Error.Length == 0, $"{run}");
        foreach (string promise in (string[])
            [
                "The five steps were done", "No read failed", "No write or delete failed", "No object is lost",
                "No write of the business is clobbered", "No deleted object is back", "The source is empty, and its objects are at OSS",
            ])
            Assert.True(run.Output.Contains("kept    " + promise, StringComparison.Ordinal), $"{promise}\n{run}");
        Assert.True(run.Output.Contains("BROKEN  It was measured on enough requests", StringComparison.Ordinal) && run.ExitCode == 4, $"{run}");
        Assert.Empty(Directory.GetDirectories(_temporary, "ossmigration-rehearsal-*"));
        Assert.Equal(30, Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void It_fails_and_leaves_nothing_where_it_cannot_begin()
    {
        ShellRun run = ShellRun.Of(["rehearse", Path.Combine(_folder, "no-such-folder")], ("TMPDIR", _temporary), ("TMP", _temporary));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no-such-folder", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(_temporary, "ossmigration-rehearsal-*"));
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        Directory.Delete(_temporary, recursive: true);
    }
}
