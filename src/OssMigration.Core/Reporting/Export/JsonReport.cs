using System.Text.Json;

namespace OssMigration.Core.Reporting.Export;

/// <summary>
/// The report as one document after schemas/migration-report.schema.json of the module. Exceptional objects are written as they are
/// read, so that millions of them cost no memory; therefore they stand before what they add up to.
/// </summary>
internal sealed class JsonReport : IAsyncDisposable
{
    /// <summary>The version of the form; its first number changes when a member goes or means something else.</summary>
    public const string Version = "1.1";

    private readonly Utf8JsonWriter _json;
    private readonly JsonMembers _members;
    private readonly ReportFacts _facts;

    /// <summary>Begins the document.</summary>
    public JsonReport(Stream stream, ReportFacts facts)
    {
        _json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        _members = new JsonMembers(_json);
        _facts = facts;
    }

    /// <summary>Writes all of it.</summary>
    public async Task WriteAsync(IAsyncEnumerable<ObjectRow> rows)
    {
        _json.WriteStartObject();
        _json.WriteString("version", Version);
        _json.WriteString("madeAt", _facts.MadeAt);
        _json.WriteString("madeBy", "OssMigration " + typeof(JsonReport).Assembly.GetName().Version!.ToString(3));
        WriteJob();
        _json.WriteNumber("run", _facts.Report.Run);
        _json.WriteBoolean("isOfOneRun", _facts.IsOfOneRun);
        _members.List("runs", _facts.Reports, _members.Write);
        _json.WriteNumber("throughputOfRun", _facts.Longest.Run);
        _members.List("throughput", _facts.Series, _members.Write);
        await WriteObjectsAsync(rows).ConfigureAwait(false);
        WriteTally();
        _members.List("comparisons", _facts.Comparisons, _members.Write);
        _members.List("sourceLifecycle", _facts.LifecycleRules, _members.Write);
        _members.List("steps", FiveSteps.Of(_facts), _members.Write);
        _json.WriteEndObject();
        await _json.FlushAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _json.DisposeAsync();

    private void WriteJob()
    {
        _json.WriteStartObject("job");
        _json.WriteString("name", _facts.Job.Name);
        _json.WriteString("source", _facts.Job.Source.Uri);
        _json.WriteString("destination", _facts.Job.Destination.Uri);
        _json.WriteString("mode", _facts.Job.Mode.ToString());
        _json.WriteString("overwrite", _facts.Job.Overwrite.ToString());
        _json.WriteBoolean("isFiltered", !_facts.Job.Filter.IsEmptyBeyondPrefix);
        _json.WriteString("prefix", _facts.Job.Filter.Prefix);
        _json.WriteString("state", _facts.Status.State.ToString());
        _json.WriteString("createdAt", _facts.Job.CreatedAt);
        _members.Moment("cutoverTime", _facts.Job.CutoverTime);
        _json.WriteEndObject();
    }

    private async Task WriteObjectsAsync(IAsyncEnumerable<ObjectRow> rows)
    {
        _json.WriteStartArray("exceptions");
        await foreach (ObjectRow row in rows.ConfigureAwait(false))
        {
            ReportExporter.Count(_facts, row);
            if (row.Item is not { } item)
                continue;
            _json.WriteStartObject();
            _json.WriteString("key", item.Key);
            _json.WriteNumber("run", item.Run);
            _json.WriteString("state", item.State.ToString());
            _json.WriteString("errorKind", item.ErrorKind);
            _json.WriteString("message", item.Message);
            _json.WriteNumber("size", item.Size);
            _members.Text("sourceVersion", item.SourceVersion);
            _json.WriteString("updatedAt", item.UpdatedAt);
            _json.WriteEndObject();
            if (_json.BytesPending > 1 << 16)
                await _json.FlushAsync().ConfigureAwait(false);
        }

        _json.WriteEndArray();
    }

    private void WriteTally()
    {
        _json.WriteStartObject("lists");
        if (!_facts.IsOfOneRun)
        {
            _members.Count("total", _facts.Tally.Total);
            _members.Count("completed", _facts.Tally[ObjectList.Completed]);
            _members.Count("skipped", _facts.Tally[ObjectList.Skipped]);
            _members.Count("failed", _facts.Tally[ObjectList.Failed]);
        }

        _json.WriteEndObject();
        _members.List("sizes", _facts.IsOfOneRun ? [] : _facts.Tally.Sizes, size =>
        {
            _json.WriteNumber("from", size.From);
            if (size.Below is { } below)
                _json.WriteNumber("below", below);
            else
                _json.WriteNull("below");
            _members.Count("objects", size.Count);
        });
        _members.List("causes", _facts.Tally.Causes, cause =>
        {
            string id = AdviceBook.Shipped.IdOf(cause.State, cause.ErrorKind);
            _json.WriteString("state", cause.State.ToString());
            _json.WriteString("errorKind", cause.ErrorKind);
            _json.WriteString("id", id);
            _json.WriteBoolean("isOpen", cause.IsOpen);
            _members.Count("objects", cause.Count);
            _json.WriteString("advice", AdviceBook.Shipped.TextOf(id, _facts.Job.Name));
        });
    }
}
