using System.Text.Json.Serialization;

namespace OssMigration.Core.Listing;

/// <summary>
/// Which objects a job wants. An object is wanted when its key starts with <see cref="Prefix"/>, matches any of the
/// includes (or there are none), matches none of the excludes, and lies within the bounds. Serialisable.
/// </summary>
/// <remarks>
/// Patterns see the key relative to the address's prefix, byte-exact and case-sensitive. A glob stands for the whole key:
/// <c>*</c> any characters but <c>/</c>; <c>**</c> any characters; <c>**/</c> at the start or after a <c>/</c> any number of
/// folders, also none; <c>?</c> one character but <c>/</c>; <c>[a-z]</c>, <c>[!a-z]</c> one of (none of) these but never <c>/</c>;
/// <c>{a,b}</c> either; <c>\</c> takes the special meaning from the character that follows. So <c>**/*.jpg</c> is every .jpg,
/// <c>*.jpg</c> only those outside of folders.
/// A regular expression (.NET syntax without lookaround, backreferences and atomic groups) is found anywhere in the key unless anchored.
/// </remarks>
public sealed record ObjectFilter
{
    /// <summary>Keys start with it, relative to the address's prefix; empty for all. Not a pattern.</summary>
    public string Prefix { get; init => field = value ?? ""; } = "";

    /// <summary>Globs; empty for no restriction. Together with <see cref="IncludeRegex"/> one match is enough.</summary>
    public IReadOnlyList<string> Include { get; init => field = value ?? []; } = [];

    /// <summary>Globs of keys that are not wanted, whatever the includes say.</summary>
    public IReadOnlyList<string> Exclude { get; init => field = value ?? []; } = [];

    /// <summary>Regular expressions; empty for no restriction.</summary>
    public IReadOnlyList<string> IncludeRegex { get; init => field = value ?? []; } = [];

    /// <summary>Regular expressions of keys that are not wanted.</summary>
    public IReadOnlyList<string> ExcludeRegex { get; init => field = value ?? []; } = [];

    /// <summary>At least so many bytes; null for no bound.</summary>
    public long? MinSize { get; init; }

    /// <summary>At most so many bytes; null for no bound.</summary>
    public long? MaxSize { get; init; }

    /// <summary>The store's date is this or later; null for no bound.</summary>
    public DateTimeOffset? ModifiedAfter { get; init; }

    /// <summary>The store's date is earlier than this, so that windows can follow one another; null for no bound.</summary>
    public DateTimeOffset? ModifiedBefore { get; init; }

    /// <summary>Whether nothing but a prefix restricts the job; only then can it be a proof for clean-up.</summary>
    [JsonIgnore]
    public bool IsEmptyBeyondPrefix =>
        Include.Count == 0 && Exclude.Count == 0 && IncludeRegex.Count == 0 && ExcludeRegex.Count == 0
        && MinSize is null && MaxSize is null && ModifiedAfter is null && ModifiedBefore is null;

    /// <summary>Everything that is wrong with the filter, a sentence each; empty when it can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        ObjectFilterMatcher.TryCompile(this, out _, out IReadOnlyList<string> errors);
        return errors;
    }

    /// <summary>Equal when all values are, the patterns in the same order.</summary>
    public bool Equals(ObjectFilter? other) =>
        other is not null && Prefix == other.Prefix
        && Include.SequenceEqual(other.Include) && Exclude.SequenceEqual(other.Exclude)
        && IncludeRegex.SequenceEqual(other.IncludeRegex) && ExcludeRegex.SequenceEqual(other.ExcludeRegex)
        && MinSize == other.MinSize && MaxSize == other.MaxSize
        && ModifiedAfter == other.ModifiedAfter && ModifiedBefore == other.ModifiedBefore;

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = new();
        hash.Add(Prefix);
        foreach (string pattern in Include.Concat(Exclude).Concat(IncludeRegex).Concat(ExcludeRegex))
            hash.Add(pattern);
        hash.Add(MinSize);
        hash.Add(MaxSize);
        hash.Add(ModifiedAfter);
        hash.Add(ModifiedBefore);
        return hash.ToHashCode();
    }
}
