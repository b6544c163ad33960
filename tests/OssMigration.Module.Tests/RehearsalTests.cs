using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>The shipped rehearsal over a small folder; CI runs it over the whole .NET SDK.</summary>
public sealed class RehearsalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ossmigration-rehearsed-").FullName;
    private readonly string _temporary = Directory.CreateTempSubdirectory("ossmigration-temporary-").FullName;

    [Fact]
    public void It_migrates_compares_repeats_and_removes_all_that_it_made()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "sub folder"));
        for (int i = 0; i < 30; i++)
            File.WriteAllText(Path.Combine(_folder, i % 2 == 0 ? "sub folder" : "", $"file {i} ü.txt"), new string('x', i * 100));

        ShellRun run = ShellRun.Of(["rehearse", "-Folder", _folder], ("TMPDIR", _temporary), ("TMP", _temporary), ("OSSMIGRATION_HOME", null));

        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("The rehearsal succeeded", run.Output, StringComparison.Ordinal);
        Assert.Contains("Copied    : 30 objects", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("FAILED", run.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(_temporary, "ossmigration-rehearsal-*"));
        Assert.Equal(30, Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void It_fails_where_a_check_does_not_hold()
    {
        ShellRun run = ShellRun.Of(["rehearse", "-Folder", _folder], ("TMPDIR", _temporary), ("TMP", _temporary));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("FAILED  it found something to do", run.Output, StringComparison.Ordinal);
        Assert.Contains("The rehearsal FAILED", run.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(_temporary, "ossmigration-rehearsal-*"));
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
