using System.Text.Json;
using OssMigration.Core.Journal;

namespace OssMigration.Core.Reporting.Export;

/// <summary>The members of the document's records, as the schema names them.</summary>
internal sealed class JsonMembers(Utf8JsonWriter json)
{
    /// <summary>A run.</summary>
    public void Write(MigrationReport report)
    {
        json.WriteNumber("run", report.Run);
        json.WriteString("mode", report.Mode.ToString());
        json.WriteString("scope", report.Scope.ToString());
        json.WriteString("status", report.Status.ToString());
        json.WriteNumber("exitCode", report.ExitCode);
        Text("reason", report.Reason);
        json.WriteString("startedAt", report.StartedAt);
        json.WriteString("endedAt", report.EndedAt);
        json.WriteNumber("durationSeconds", report.Duration.TotalSeconds);
        json.WriteNumber("resumes", report.Resumes);
        json.WriteBoolean("reconciled", report.Reconciled);
        json.WriteNumber("bytesPerSecond", report.BytesPerSecond);
        foreach ((string name, ObjectCount count) in CountsOf(report))
            Count(name, count);
        json.WriteNumber("changedSinceListedBytes", report.ChangedSinceListedBytes);
        Usage("sourceUsage", report.SourceUsage);
        Usage("destinationUsage", report.DestinationUsage);
        Text("unencrypted", report.Unencrypted);
        json.WriteNumber("workers", report.Shared?.Workers ?? 1);
        List("fidelity", report.Fidelity ?? [], total =>
        {
            json.WriteString("aspect", total.Aspect.ToString());
            json.WriteString("effect", total.Effect.ToString());
            Count("happened", total.Happened);
            if (total.Foreseen is { } foreseen)
                Count("foreseen", foreseen);
            else
                json.WriteNull("foreseen");
        });
    }

    private static IEnumerable<(string Name, ObjectCount Count)> CountsOf(MigrationReport report) =>
    [
        ("listed", report.Listed), ("copied", report.Copied), ("new", report.New), ("changed", report.Changed), ("skipped", report.Skipped),
        ("conflict", report.Conflict), ("unsupported", report.Unsupported), ("needsRestore", report.NeedsRestore), ("vanished", report.Vanished),
        ("failed", report.Failed), ("goneAtSource", report.GoneAtSource), ("removed", report.Removed), ("destinationOnly", report.DestinationOnly),
        ("filteredOut", report.FilteredOut), ("overwritten", report.Overwritten), ("metadataRepaired", report.MetadataRepaired),
    ];

    /// <summary>What a run had done at a moment.</summary>
    public void Write(SeriesPoint point)
    {
        json.WriteString("at", point.At);
        json.WriteNumber("elapsedSeconds", point.Elapsed.TotalSeconds);
        json.WriteNumber("listedObjects", point.Listed);
        Count("done", point.Done);
        json.WriteNumber("copiedBytes", point.CopiedBytes);
        json.WriteNumber("bytesWritten", point.BytesWritten);
    }

    /// <summary>A comparison.</summary>
    public void Write(ComparisonSummary comparison)
    {
        json.WriteString("id", comparison.ComparisonId);
        json.WriteString("level", comparison.Level.ToString());
        json.WriteBoolean("isComplete", comparison.IsComplete);
        json.WriteBoolean("isClean", comparison.IsClean);
        json.WriteString("startedAt", comparison.StartedAt);
        json.WriteString("endedAt", comparison.EndedAt);
        Count("listed", comparison.Listed);
        Count("same", comparison.Same);
        Count("different", comparison.Different);
        Count("sourceOnly", comparison.SourceOnly);
        Count("destinationOnly", comparison.DestinationOnly);
        Count("superseded", comparison.Superseded);
        Count("deletedAtDestination", comparison.DeletedAtDestination);
        Count("unproved", comparison.Unproved);
        json.WriteString("digest", comparison.Digest);
    }

    /// <summary>A lifecycle rule.</summary>
    public void Write(LifecycleRecord rule)
    {
        json.WriteString("ruleId", rule.RuleId);
        json.WriteString("phase", rule.Phase.ToString());
        json.WriteString("prefix", rule.Prefix);
        Moment("date", rule.Date);
        Count("deletes", rule.Deletes);
        json.WriteString("comparisonId", rule.ComparisonId);
        json.WriteString("setAt", rule.SetAt);
        Moment("withdrawnAt", rule.WithdrawnAt);
    }

    /// <summary>A step of the move.</summary>
    public void Write(MoveStep step)
    {
        json.WriteNumber("number", step.Number);
        json.WriteString("name", step.Name);
        json.WriteString("state", step.State.ToString());
        json.WriteString("text", step.Text);
        List("periods", step.Periods, period =>
        {
            json.WriteString("what", period.What);
            json.WriteString("from", period.From);
            json.WriteString("to", period.To);
        });
    }

    /// <summary>An array of objects.</summary>
    public void List<T>(string name, IEnumerable<T> values, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T value in values)
        {
            json.WriteStartObject();
            write(value);
            json.WriteEndObject();
            if (json.BytesPending > 1 << 16)
                json.Flush();
        }

        json.WriteEndArray();
    }

    /// <summary>A count of objects with their bytes.</summary>
    public void Count(string name, ObjectCount count)
    {
        json.WriteStartObject(name);
        json.WriteNumber("objects", count.Objects);
        json.WriteNumber("bytes", count.Bytes);
        json.WriteEndObject();
    }

    private void Usage(string name, StoreUsage usage)
    {
        json.WriteStartObject(name);
        json.WriteNumber("requests", usage.Requests);
        json.WriteNumber("retries", usage.Retries);
        json.WriteNumber("bytesRead", usage.BytesRead);
        json.WriteNumber("bytesWritten", usage.BytesWritten);
        json.WriteEndObject();
    }

    /// <summary>A text, or null.</summary>
    public void Text(string name, string? text)
    {
        if (text is null)
            json.WriteNull(name);
        else
            json.WriteString(name, text);
    }

    /// <summary>A moment, or null.</summary>
    public void Moment(string name, DateTimeOffset? moment)
    {
        if (moment is { } time)
            json.WriteString(name, time);
        else
            json.WriteNull(name);
    }
}
