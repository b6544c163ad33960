using System.Collections;
using System.Reflection;

namespace OssMigration.ModuleTests.Support;

/// <summary>Puts control characters into every text that an object holds, as a hostile key or answer would.</summary>
internal static class DirtyText
{
    private const string Dirt = "a\u001b[31mb\u0007c\u202ed";

    /// <summary>Spoils the texts of an output, of what it holds and of their lists.</summary>
    public static void Spoil(object value)
    {
        foreach (FieldInfo field in value.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
        {
            object? held = field.GetValue(value);
            if (field.FieldType == typeof(string))
                field.SetValue(value, Dirt);
            else if (held is IList<string> texts)
                SpoilAll(texts);
            else if (held is IEnumerable several and not string)
                several.Cast<object>().Where(IsOurs).ToList().ForEach(Spoil);
            else if (held is not null && IsOurs(held))
                Spoil(held);
        }
    }

    private static void SpoilAll(IList<string> texts)
    {
        for (int at = 0; at < texts.Count; at++)
            texts[at] = Dirt;
    }

    private static bool IsOurs(object value)
        => value.GetType() is { IsClass: true, Namespace: { } name } && name.StartsWith("OssMigration", StringComparison.Ordinal) && !IsShared(value);

    // A default that every other object of the process uses too.
    private static bool IsShared(object value)
        => value.GetType().GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Any(field => ReferenceEquals(field.GetValue(null), value));
}
