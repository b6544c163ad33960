using System.Text;

namespace OssMigration.Core.Reporting.Export;

/// <summary>
/// What to do about an error: the words of about_OssMigration_Troubleshooting, which are written nowhere else. An entry is a line of ids,
/// indented by four blanks, and the lines below it, indented by eight.
/// </summary>
internal sealed class AdviceBook
{
    /// <summary>The name that the topic's examples give to a job.</summary>
    private const string ExampleJob = "photos";

    private readonly Dictionary<string, string> _entries = new(StringComparer.Ordinal);

    /// <summary>Reads a topic.</summary>
    public AdviceBook(TextReader topic)
    {
        string[] ids = [];
        StringBuilder text = new();
        while (topic.ReadLine() is { } line)
        {
            if (line.StartsWith("        ", StringComparison.Ordinal))
            {
                text.Append(text.Length > 0 ? " " : "").Append(line.Trim());
                continue;
            }

            Keep();
            ids = line.StartsWith("    ", StringComparison.Ordinal) ? line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];
        }

        Keep();

        void Keep()
        {
            if (text.Length == 0)
                return;
            foreach (string id in ids)
                _entries.TryAdd(id, text.ToString());
            text.Clear();
        }
    }

    /// <summary>The topic as it ships.</summary>
    public static AdviceBook Shipped { get; } = ReadShipped();

    /// <summary>The id of the entry for objects that ended so: of a store's error its own, else that of the state.</summary>
    public string IdOf(MigrationItemState state, string errorKind)
        => state == MigrationItemState.Failed && _entries.ContainsKey("Store" + errorKind) ? "Store" + errorKind : "Object" + state;

    /// <summary>What to do, with the job's name in the examples; empty where the topic has no such id.</summary>
    public string TextOf(string id, string jobName) => _entries.TryGetValue(id, out string? text) ? text.Replace(ExampleJob, jobName, StringComparison.Ordinal) : "";

    private static AdviceBook ReadShipped()
    {
        using StreamReader topic = new(typeof(AdviceBook).Assembly.GetManifestResourceStream("Troubleshooting")!);
        return new AdviceBook(topic);
    }
}
