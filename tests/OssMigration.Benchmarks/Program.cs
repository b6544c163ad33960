using System.Globalization;
using System.Text.Json;
using OssMigration.Benchmarks.Measuring;
using OssMigration.Benchmarks.Pages;
using OssMigration.Benchmarks.Pump;
using OssMigration.Benchmarks.Reporting;
using OssMigration.Benchmarks.Scenarios;

// dotnet run -c Release --project tests/OssMigration.Benchmarks -- [SCENARIO...] [--turns N] [--keys N[,N]] [--out FOLDER]
if (args is ["pump", ..])
    return await PumpProgram.RunAsync(args[1..]);
if (args is ["pages"])
    return await PageProgram.RunAsync();

List<string> names = [];
long[]? keys = null;
int turns = 5;
string folder = "bench-results";
for (int i = 0; i < args.Length; i++)
{
    if (args[i] == "--turns" && i + 1 < args.Length && int.TryParse(args[++i], NumberStyles.None, CultureInfo.InvariantCulture, out turns) && turns > 0)
        continue;
    if (args[i] == "--out" && i + 1 < args.Length)
    {
        folder = args[++i];
        continue;
    }

    if (args[i] == "--keys" && i + 1 < args.Length)
    {
        keys = [.. args[++i].Split(',').Select(text => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture))];
        continue;
    }

    names.Add(args[i]);
}

Scenario[] known = [.. TransferScenarios.All, .. ListScenario.All(keys), .. KeyScenarios.All(keys), ImportScenario.Import];
if (names.FirstOrDefault(name => !known.Any(scenario => IsMeant(scenario, name))) is { } unknown)
{
    Console.Error.WriteLine($"There is no scenario '{unknown}'. Known: {string.Join(", ", known.Select(each => each.Name))}; options --turns N, --keys N[,N], --out FOLDER.");
    return 1;
}

Directory.CreateDirectory(folder);
List<(Scenario Scenario, IReadOnlyList<Series> Series)> results = [];
foreach (Scenario scenario in names.Count > 0 ? known.Where(scenario => names.Exists(name => IsMeant(scenario, name))) : known)
{
    Console.WriteLine($"{scenario.Name}: {scenario.Title}");
    results.Add((scenario, await scenario.Play(turns, Console.WriteLine)));
    Console.WriteLine();
    Console.WriteLine(Tables.Of(scenario, results[^1].Series));

    // Written after each scenario: a run of hours that breaks off leaves what it has.
    await File.WriteAllTextAsync(Path.Combine(folder, "results.md"), string.Join("\n", results.Select(result => Tables.Of(result.Scenario, result.Series))));
    await File.WriteAllTextAsync(Path.Combine(folder, "results.svg"), Chart.Of(results));
    await File.WriteAllTextAsync(
        Path.Combine(folder, "results.json"),
        JsonSerializer.Serialize(results.Select(result => new { result.Scenario.Name, result.Scenario.Title, result.Series }), JsonSerializerOptions.Web));
}

return 0;

// "list" means list-flat, list-dates and list-tree.
static bool IsMeant(Scenario scenario, string name) => scenario.Name == name || scenario.Name.StartsWith(name + "-", StringComparison.Ordinal);
