using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.Lists;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Parameters;
using OssMigration.Views;

namespace OssMigration.Pipeline;

/// <summary>A job whose objects are told by a list: takes the list in, from the pipeline or a place, and makes the job. Disposing drops what no job took over.</summary>
internal sealed class ListedJob(MigrationEngine engine, EngineEnvironment environment, StoreAddress source) : IDisposable
{
    private const string Pipeline = "the pipeline";

    private readonly ObjectListIntake _list = engine.BeginObjectList(source);

    /// <summary>Where a list comes from, for people.</summary>
    /// <param name="place">Null for the pipeline.</param>
    public static string Origin(ObjectListPlace? place) => place?.Origin ?? Pipeline;

    /// <summary>Takes in an object of the pipeline.</summary>
    public void Add(PSObject input) => _list.Add(ListedInput.Read(input));

    /// <summary>Reads the place, where there is one, and makes the job.</summary>
    public async Task MakeAsync(MigrationJob job, ObjectListPlace? place, IRunListener listener, CancellationToken cancellationToken)
    {
        if (place is not null)
            await new ObjectListReader(environment, listener).ReadAsync(place, job.Source, _list, cancellationToken).ConfigureAwait(false);
        engine.CreateJob(job, _list, Origin(place), cancellationToken);
    }

    /// <summary>What of the list a person should know of, once the job is made.</summary>
    public IEnumerable<string> Warnings()
    {
        if (_list.Outside > 0)
            yield return $"{Display.Number(_list.Outside)} objects of the list are left out: their keys do not begin with {Display.Text(source.Uri)}.";
        if (_list.Doubled == _list.Taken)
            yield return Display.Text($"Every key of the list begins with the source's prefix '{source.Prefix}' once more. Keys of a list are what follows the prefix: if these are full keys, make the job without a prefix in -Source.");
    }

    /// <inheritdoc/>
    public void Dispose() => _list.Dispose();
}
