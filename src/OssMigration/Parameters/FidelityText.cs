using System.Collections;
using OssMigration.Core.Fidelity;

namespace OssMigration.Parameters;

/// <summary>Reads what a user wrote about storage classes and actions.</summary>
internal static class FidelityText
{
    /// <summary>The policy that the parameters of a job make; null for the default one.</summary>
    /// <exception cref="ArgumentException">A name is none; the message has those that are possible.</exception>
    public static FidelityPolicy? ToPolicy(Hashtable? classes, Hashtable? actions, bool copiesTags, bool copiesAcls, string? encryption, string? keyId)
    {
        FidelityPolicy policy = new()
        {
            StorageClasses = ToClasses(classes),
            Actions = ToActions(actions),
            CopyTags = copiesTags,
            CopyAcls = copiesAcls,
            Encryption = encryption,
            EncryptionKeyId = keyId,
        };
        return policy.IsDefault ? null : policy;
    }

    private static Dictionary<string, string> ToClasses(Hashtable? given)
    {
        Dictionary<string, string> classes = new(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in given ?? [])
        {
            string wanted = $"{entry.Value}";
            classes[$"{entry.Key}"] = StorageClassMap.Possible.FirstOrDefault(possible => possible.Equals(wanted, StringComparison.OrdinalIgnoreCase)) ?? wanted;
        }

        return classes;
    }

    private static Dictionary<FidelityAspect, UnfitAction> ToActions(Hashtable? given)
    {
        Dictionary<FidelityAspect, UnfitAction> actions = [];
        if (given is null)
            return actions;
        foreach (DictionaryEntry entry in given)
        {
            UnfitAction action = Parse<UnfitAction>(entry.Value);
            if (!FidelityPolicy.Others.Equals(entry.Key))
                actions[Parse<FidelityAspect>(entry.Key)] = action;
        }

        if (given[FidelityPolicy.Others] is not { } others)
            return actions;
        foreach (FidelityAspect aspect in Enum.GetValues<FidelityAspect>())
            actions.TryAdd(aspect, Parse<UnfitAction>(others));
        return actions;
    }

    private static T Parse<T>(object? word)
        where T : struct, Enum
        => Enum.TryParse($"{word}", ignoreCase: true, out T value) && Enum.IsDefined(value)
            ? value
            : throw new ArgumentException($"'{word}' is none of {string.Join(", ", Enum.GetNames<T>())}.");
}
