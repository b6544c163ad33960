using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace OssMigration.Core.Listing;

/// <summary>What one step of a glob does.</summary>
internal enum GlobStepKind
{
    /// <summary>Takes one character of a set.</summary>
    OneOf,

    /// <summary>Takes any number of characters but <c>/</c>.</summary>
    WithinFolder,

    /// <summary>Takes any number of characters.</summary>
    Anything,

    /// <summary>Takes any number of whole folders with their <c>/</c>; begins at the start or behind a <c>/</c>.</summary>
    Folders,
}

/// <summary>A step of a glob.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Set">The characters of <see cref="GlobStepKind.OneOf"/>, as ranges of code points.</param>
internal sealed record GlobStep(GlobStepKind Kind, IReadOnlyList<(int First, int Last)> Set);

/// <summary>Understands globs as <see cref="ObjectFilter"/> describes them.</summary>
internal static class GlobParser
{
    private const int MostAlternatives = 256;
    private const int MostCharacters = 4_096;
    private const string Special = "*?[]{},\\!^-";

    private static readonly (int First, int Last)[] AllButSlash = [(0, '/' - 1), ('/' + 1, 0x10FFFF)];

    private enum Kind
    {
        Set,
        Star,
        Open,
        Comma,
        Close,
    }

    /// <summary>
    /// The patterns without braces that the glob stands for, each as steps from the left; or a sentence that says why not.
    /// </summary>
    public static bool TryParse(
        string glob, [NotNullWhen(true)] out IReadOnlyList<IReadOnlyList<GlobStep>>? alternatives, [NotNullWhen(false)] out string? error)
    {
        try
        {
            alternatives = [.. Expand(Tokenise(glob)).Select(ToSteps)];
            error = null;
            return true;
        }
        catch (FormatException refusal)
        {
            (alternatives, error) = (null, refusal.Message);
            return false;
        }
    }

    private static List<Token> Tokenise(string glob)
    {
        if (glob.Length == 0)
            throw new FormatException("it is empty.");
        if (glob.Length > MostCharacters)
            throw new FormatException($"it is longer than {MostCharacters:N0} characters, and no key is.");

        List<Token> tokens = [];
        for (int at = 0; at < glob.Length;)
        {
            char current = glob[at];
            tokens.Add(current switch
            {
                '*' => Simple(Kind.Star, ref at),
                '?' => Simple(Kind.Set, ref at, AllButSlash),
                '{' => Simple(Kind.Open, ref at),
                '}' => Simple(Kind.Close, ref at),
                ',' => Simple(Kind.Comma, ref at, (',', ',')),
                '[' => new Token(Kind.Set, CharacterClass(glob, ref at)),
                ']' => throw new FormatException(@"there is a ']' without '['; write \] for the character."),
                _ => Literal(Character(glob, ref at).Value),
            });
        }
        return tokens;
    }

    private static Token Simple(Kind kind, ref int at, params (int First, int Last)[] set)
    {
        at++;
        return new Token(kind, set);
    }

    private static Token Literal(int character) => new(Kind.Set, [(character, character)]);

    private static Rune Character(string glob, ref int at)
    {
        if (glob[at] == '\\')
        {
            at++;
            if (at == glob.Length || !Special.Contains(glob[at], StringComparison.Ordinal))
                throw new FormatException($@"a backslash stands before one of {Special} to take its meaning away; folders are separated by '/', and \\ is the character.");
        }
        if (!Rune.TryGetRuneAt(glob, at, out Rune character))
            throw new FormatException("it holds half of a surrogate pair.");
        at += character.Utf16SequenceLength;
        return character;
    }

    private static (int First, int Last)[] CharacterClass(string glob, ref int at)
    {
        int start = at++;
        bool isNegated = at < glob.Length && glob[at] is '!' or '^';
        if (isNegated)
            at++;

        List<(int First, int Last)> ranges = [];
        while (at < glob.Length && (glob[at] != ']' || ranges.Count == 0))
        {
            int first = Character(glob, ref at).Value;
            int last = first;
            if (at + 1 < glob.Length && glob[at] == '-' && glob[at + 1] != ']')
            {
                at++;
                last = Character(glob, ref at).Value;
            }
            if (last < first)
                throw new FormatException($"the range in '{glob[start..at]}' runs backwards.");
            ranges.Add((first, last));
        }
        if (at++ >= glob.Length)
            throw new FormatException(@"there is a '[' without ']'; write \[ for the character.");

        (int First, int Last)[] allowed = isNegated ? Without(AllButSlash, ranges) : Without(ranges, [('/', '/')]);
        return allowed.Length > 0 ? allowed : throw new FormatException($"'{glob[start..at]}' stands for no character at all ('/' is never one).");
    }

    private static (int First, int Last)[] Without(IEnumerable<(int First, int Last)> ranges, IEnumerable<(int First, int Last)> removed)
    {
        foreach ((int first, int last) in removed)
        {
            ranges = [.. ranges.SelectMany(range => (IEnumerable<(int First, int Last)>)
                [(range.First, Math.Min(range.Last, first - 1)), (Math.Max(range.First, last + 1), range.Last)])
                .Where(range => range.First <= range.Last)];
        }
        return [.. ranges];
    }

    // Braces are expanded as text would be, before anything else is understood: {*,a}* is ** or a*.
    private static List<List<Token>> Expand(List<Token> tokens)
    {
        int at = 0;
        List<List<Token>> expanded = Sequence(tokens, ref at, isInside: false);
        return at == tokens.Count ? expanded : throw new FormatException(@"there is a '}' without '{'; write \} for the character.");
    }

    private static List<List<Token>> Sequence(List<Token> tokens, ref int at, bool isInside)
    {
        List<List<Token>> all = [[]];
        for (; at < tokens.Count; at++)
        {
            Token token = tokens[at];
            if (token.Kind == Kind.Close || (token.Kind == Kind.Comma && isInside))
                return all;
            List<List<Token>> next = token.Kind == Kind.Open ? Choice(tokens, ref at) : [[token]];
            if (all.Count * next.Count > MostAlternatives)
                throw new FormatException($"its braces stand for more than {MostAlternatives} patterns.");
            if (next is [var only])
                all.ForEach(head => head.AddRange(only));
            else
                all = [.. all.SelectMany(head => next.Select(tail => (List<Token>)[.. head, .. tail]))];
        }
        return all;
    }

    private static List<List<Token>> Choice(List<Token> tokens, ref int at)
    {
        List<List<Token>> choices = [];
        do
        {
            at++;
            choices.AddRange(Sequence(tokens, ref at, isInside: true));
        }
        while (at < tokens.Count && tokens[at].Kind == Kind.Comma);
        return at < tokens.Count ? choices : throw new FormatException(@"there is a '{' without '}'; write \{ for the character.");
    }

    private static List<GlobStep> ToSteps(List<Token> tokens)
    {
        List<GlobStep> steps = [];
        for (int at = 0; at < tokens.Count; at++)
        {
            if (tokens[at].Kind != Kind.Star)
            {
                steps.Add(new GlobStep(GlobStepKind.OneOf, tokens[at].Set));
                continue;
            }
            int start = at;
            while (at + 1 < tokens.Count && tokens[at + 1].Kind == Kind.Star)
                at++;
            bool isDeep = at > start;
            bool isFolders = isDeep && (start == 0 || IsSlash(tokens[start - 1])) && at + 1 < tokens.Count && IsSlash(tokens[at + 1]);
            steps.Add(new GlobStep(isFolders ? GlobStepKind.Folders : isDeep ? GlobStepKind.Anything : GlobStepKind.WithinFolder, []));
            if (isFolders)
                at++;
        }
        return steps;
    }

    private static bool IsSlash(Token token) => token.Set is [('/', '/')];

    private readonly record struct Token(Kind Kind, (int First, int Last)[] Set);
}
