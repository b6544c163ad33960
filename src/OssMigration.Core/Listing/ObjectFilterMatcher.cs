using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>
/// A filter made ready for many entries. Globs take time linear in the key's length; a regular expression that takes too
/// long on a key stops the listing. Thread-safe.
/// </summary>
internal sealed class ObjectFilterMatcher
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    private readonly ObjectFilter _filter;
    private readonly Patterns _include;
    private readonly Patterns _exclude;

    private ObjectFilterMatcher(ObjectFilter filter, Patterns include, Patterns exclude)
    {
        _filter = filter;
        _include = include;
        _exclude = exclude;
    }

    /// <summary>Keys must start with it.</summary>
    public string Prefix => _filter.Prefix;

    /// <summary>Makes a filter ready.</summary>
    /// <exception cref="ArgumentException">The filter cannot be used; the message gives all reasons.</exception>
    public static ObjectFilterMatcher Compile(ObjectFilter filter) =>
        TryCompile(filter, out ObjectFilterMatcher? matcher, out IReadOnlyList<string> errors)
            ? matcher
            : throw new ArgumentException(string.Join(' ', errors), nameof(filter));

    /// <summary>Makes a filter ready, or says everything that is wrong with it.</summary>
    public static bool TryCompile(ObjectFilter filter, [NotNullWhen(true)] out ObjectFilterMatcher? matcher, out IReadOnlyList<string> errors)
    {
        List<string> found = [];
        CheckBounds(filter, found);
        Patterns include = new(Globs(filter.Include, found), Expressions(filter.IncludeRegex, found));
        Patterns exclude = new(Globs(filter.Exclude, found), Expressions(filter.ExcludeRegex, found));
        errors = found;
        matcher = found.Count == 0 ? new ObjectFilterMatcher(filter, include, exclude) : null;
        return matcher is not null;
    }

    /// <summary>Whether the job wants this object.</summary>
    public bool IsWanted(ObjectEntry entry) =>
        entry.Key.StartsWith(_filter.Prefix, StringComparison.Ordinal)
        && (_filter.MinSize is not { } min || entry.Size >= min)
        && (_filter.MaxSize is not { } max || entry.Size <= max)
        && (_filter.ModifiedAfter is not { } after || entry.LastModified >= after)
        && (_filter.ModifiedBefore is not { } before || entry.LastModified < before)
        && (_include.IsEmpty || _include.Match(entry.Key))
        && !_exclude.Match(entry.Key);

    private static void CheckBounds(ObjectFilter filter, List<string> errors)
    {
        if (filter.MinSize < 0 || filter.MaxSize < 0)
            errors.Add("A size bound is negative.");
        if (filter.MinSize > filter.MaxSize)
            errors.Add($"The smallest size ({filter.MinSize}) is above the largest ({filter.MaxSize}): no object fits.");
        if (filter.ModifiedAfter >= filter.ModifiedBefore)
            errors.Add($"The dates {filter.ModifiedAfter:O} (from) and {filter.ModifiedBefore:O} (before) leave no time between them.");
    }

    private static GlobMatcher[] Globs(IReadOnlyList<string> globs, List<string> errors)
    {
        List<GlobMatcher> matchers = [];
        foreach (string glob in globs)
        {
            if (GlobParser.TryParse(glob, out IReadOnlyList<IReadOnlyList<GlobStep>>? alternatives, out string? error))
                matchers.AddRange(alternatives.Select(steps => new GlobMatcher(steps)));
            else
                errors.Add($"The glob '{glob}' cannot be used: {error}");
        }
        return [.. matchers];
    }

    private static Regex[] Expressions(IReadOnlyList<string> expressions, List<string> errors) =>
        [.. expressions.Select(expression => Make(expression, errors)).OfType<Regex>()];

    private static Regex? Make(string expression, List<string> errors)
    {
        try
        {
            // Being possible without backtracking is the test of what is allowed. The matching itself backtracks, under a time
            // limit, because the other engine was seen to deny true matches (.NET 10.0.12), and a key that a filter leaves out
            // by mistake is an object lost.
            _ = new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return new Regex(expression, RegexOptions.CultureInvariant, MatchTimeout);
        }
        catch (NotSupportedException)
        {
            errors.Add($"The regular expression '{expression}' needs backtracking or is too large: it could take exponential time on some keys. "
                + "Write it without lookahead, lookbehind, backreferences, atomic groups and conditionals.");
        }
        catch (ArgumentException error)
        {
            errors.Add($"The regular expression '{expression}' cannot be used: {error.Message}");
        }
        return null;
    }

    private sealed record Patterns(GlobMatcher[] Globs, Regex[] Expressions)
    {
        public bool IsEmpty => Globs.Length == 0 && Expressions.Length == 0;

        public bool Match(string key)
        {
            foreach (GlobMatcher glob in Globs)
            {
                if (glob.IsMatch(key))
                    return true;
            }
            foreach (Regex expression in Expressions)
            {
                if (Match(expression, key))
                    return true;
            }
            return false;
        }

        private static bool Match(Regex expression, string key)
        {
            try
            {
                return expression.IsMatch(key);
            }
            catch (RegexMatchTimeoutException exception)
            {
                string message = $"The regular expression '{expression}' takes more than {MatchTimeout.TotalSeconds} s on this key. Write it more simply.";
                throw new StoreException(StoreErrorKind.Listing, "the job's filter", message, exception) { Key = key, Code = "FilterTooSlow" };
            }
        }
    }
}
