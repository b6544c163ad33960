using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Preparation;

/// <summary>Writes policies as the consoles of both vendors take them.</summary>
internal static class PolicyJson
{
    // The text is pasted into a console, never into a page: keys stay readable, but for what would hide or turn a part of them.
    private static readonly JsonWriterOptions Layout = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The document.</summary>
    public static string Write(MigrationPolicy policy)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text, Layout))
        {
            json.WriteStartObject();
            json.WriteString("Version", policy.Dialect == PolicyRules.Iam ? "2012-10-17" : "1");
            json.WriteStartArray("Statement");
            foreach (PolicyStatement statement in policy.Statements)
                Write(json, statement);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        // What is written out has the form of an escape of JSON, and the line feeds are the document's own.
        return string.Join('\n', Encoding.UTF8.GetString(text.ToArray()).ReplaceLineEndings("\n").Split('\n').Select(VisibleText.Of));
    }

    private static void Write(Utf8JsonWriter json, PolicyStatement statement)
    {
        json.WriteStartObject();
        json.WriteString("Effect", "Allow");
        Write(json, "Action", statement.Actions);
        Write(json, "Resource", statement.Resources);
        if (statement.PrefixKey is { } key)
        {
            json.WriteStartObject("Condition");
            json.WriteStartObject("StringLike");
            Write(json, key, [statement.PrefixPattern!]);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
