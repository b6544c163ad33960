using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Reporting.Export;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;

namespace OssMigration.Core.Tests.Reporting;

/// <summary>Reports of a bench's job, written into a folder of its own.</summary>
internal sealed class ReportBench : IDisposable
{
    public static readonly string[] Lists = ["total", "completed", "skipped", "failed"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ossmigration-report-");

    public EngineBench Bench { get; } = new();

    public string Folder => _folder.FullName;

    public IEnumerable<string> Files => _folder.EnumerateFiles().Select(file => file.Name).Order(StringComparer.Ordinal);

    public string PathOf(string file) => Path.Combine(Folder, file);

    public async Task<IReadOnlyList<string>> ExportAsync(string file, ReportFormat format, int? run = null, bool replace = false)
    {
        EngineEnvironment environment = new() { Home = Bench.Home, Stores = new MemoryStoreFactory(Bench.FaultySource, Bench.FaultyDestination) };
        ReportRequest request = new() { JobName = EngineBench.JobName, Path = PathOf(file), Format = format, Run = run, Replace = replace };
        return await new ReportExporter(environment).ExportAsync(request, SilentListener.Instance, CancellationToken.None);
    }

    /// <summary>The keys of the four lists with their outcomes, as files hold them now.</summary>
    public async Task<Dictionary<string, string[]>> ListsAsync()
    {
        IReadOnlyList<string> files = await ExportAsync("lists.csv", ReportFormat.Csv, replace: true);
        return Lists.Zip(files).ToDictionary(list => list.First, list => CsvFile.Read(list.Second).Skip(1).Select(row => $"{row[8]} {row[9]}").ToArray());
    }

    public async Task<string> PageAsync(int? run = null)
        => await File.ReadAllTextAsync(Assert(await ExportAsync("page.html", ReportFormat.Html, run, replace: true)));

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        Bench.Dispose();
    }

    private static string Assert(IReadOnlyList<string> files) => files.Single();
}
