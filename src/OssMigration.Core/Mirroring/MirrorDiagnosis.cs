using System.Globalization;
using System.Text.RegularExpressions;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Mirroring;

/// <summary>Why a fetch failed, in a word and a sentence.</summary>
/// <param name="Cause">The word.</param>
/// <param name="Message">The sentence, with the mend.</param>
internal sealed record MirrorFailure(MirrorTestCause Cause, string Message);

/// <summary>
/// Names the cause of a fetch that failed: by what OSS says, and where that does not tell, by asking the origin ourselves.
/// Texts of OSS: oss-facts.md 3.5, from the error code pages 0041-00000101 and -102.
/// </summary>
internal sealed partial class MirrorDiagnosis(IOriginProbe probe, StandingRule? rule)
{
    // What OSS adds to the origin's time is small; a fetch that gave up at its limit took nearly all of it.
    private static readonly TimeSpan NearlyAllPatience = HttpOriginProbe.PatienceOfOss - TimeSpan.FromSeconds(1);

    /// <summary>The cause of an error of OSS.</summary>
    /// <param name="error">What OSS answered.</param>
    /// <param name="key">The full key.</param>
    /// <param name="took">How long the answer took.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<MirrorFailure> ExplainAsync(StoreException error, string key, TimeSpan took, CancellationToken cancellationToken)
    {
        if (error.Kind == StoreErrorKind.NotFound)
            return await ExplainMissingAsync(key, cancellationToken).ConfigureAwait(false);
        if (error.HttpStatus != 424 && error.Code != "MirrorFailed")
            return new MirrorFailure(MirrorTestCause.Other, $"OSS did not give the object: {error.Describe()}");
        int? status = StatusOfOrigin().Match(error.Message) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;
        return status switch
        {
            401 or 403 => Denied($"The origin refused OSS with status {status}"),
            404 => NotThere("The origin answered OSS 404"),
            0 when took >= NearlyAllPatience => Slow(took),
            null or 0 => await AskAsync(error, key, took, cancellationToken).ConfigureAwait(false),
            _ => new MirrorFailure(MirrorTestCause.MirrorFailed, $"The origin answered OSS with status {status}. {error.Describe()}"),
        };
    }

    private async Task<MirrorFailure> ExplainMissingAsync(string key, CancellationToken cancellationToken)
    {
        if (rule?.Mirror is not { } mirror)
            return new MirrorFailure(MirrorTestCause.NoRule, "OSS answered 404: no mirroring rule covers the key. Set one (Set-OssMirrorRule).");
        OriginAnswer answer = await AskOriginAsync(mirror, key, cancellationToken).ConfigureAwait(false);
        return answer.Status is 200 or 206
            ? new MirrorFailure(MirrorTestCause.OriginNotFound, $"OSS answered 404 although {Where(mirror)} has the object: the rule may have been set just now. Try again in a minute.")
            : NotThere("OSS answered 404 for an object that the source has");
    }

    private async Task<MirrorFailure> AskAsync(StoreException error, string key, TimeSpan took, CancellationToken cancellationToken)
    {
        MirrorFailure unexplained = new(MirrorTestCause.MirrorFailed, $"OSS could not mirror the object: {error.Describe()}");
        if (rule?.Mirror is not { } mirror)
            return unexplained;
        OriginAnswer answer = await AskOriginAsync(mirror, key, cancellationToken).ConfigureAwait(false);
        string said = StatusOfOrigin().IsMatch(error.Message) ? "OSS got no answer from the origin" : $"OSS could not mirror the object ({error.Message.TrimEnd('.')})";
        return answer switch
        {
            { Kind: OriginAnswerKind.NameUnknown } => new(MirrorTestCause.OriginUnreachable, $"{said}, and its name does not resolve from here either: {Where(mirror)}. Correct the origin of the rule."),
            { Kind: OriginAnswerKind.NotReachable } => new(MirrorTestCause.OriginUnreachable, $"{said}, and nothing answers from here either at {Where(mirror)}. Correct the origin of the rule, or open it to the internet."),
            { Kind: OriginAnswerKind.TooSlow } => Slow(took),
            { Status: 401 or 403 } when mirror.Auth is null => Denied($"{said}; asked from here without keys, the origin answers {answer.Status}"),
            { Status: 404 } => NotThere($"{said}; asked from here, the origin answers 404"),
            _ when StatusOfOrigin().IsMatch(error.Message) => new(
                MirrorTestCause.OriginUnreachable,
                string.Create(CultureInfo.InvariantCulture, $"{said} at {Where(mirror)}, which answers from here (status {answer.Status}): it does not let OSS in, or TLS fails between them. Check its firewall, and SNI in the rule.")),
            _ => unexplained,
        };
    }

    private Task<OriginAnswer> AskOriginAsync(MirrorRule mirror, string key, CancellationToken cancellationToken) => mirror.Origin.IsAbsoluteUri
        ? probe.AskAsync(UrlOf(mirror, key), cancellationToken)
        : Task.FromResult(new OriginAnswer(OriginAnswerKind.NameUnknown));

    private MirrorFailure Denied(string what) => rule?.Mirror is { Auth: null } mirror
        ? new MirrorFailure(MirrorTestCause.PrivateOriginWithoutKeys, $"{what}, and the rule has no keys: {Where(mirror)} is private. Give the rule keys that may read it (Set-OssMirrorRule -OriginCredential), or make the objects public.")
        : new MirrorFailure(MirrorTestCause.OriginDenied, $"{what}: the keys of the rule ({rule?.Mirror?.Auth}) are wrong, are for another region, or may not read the object. Set the rule again with keys that may.");

    private MirrorFailure NotThere(string what) => new(
        MirrorTestCause.OriginNotFound,
        $"{what}: the rule asks at the wrong place. Check its origin ({Where(rule?.Mirror)}) and the replacement of the prefix.");

    private MirrorFailure Slow(TimeSpan took) => new(
        MirrorTestCause.OriginTimeout,
        string.Create(CultureInfo.InvariantCulture, $"The origin {Where(rule?.Mirror)} did not answer OSS within the 10 seconds that it waits (the request took {took.TotalSeconds:F1} s). Make the origin faster, or let the migration copy such objects before the switch."));

    private static string Where(MirrorRule? mirror) => MirrorRule.Shown(mirror?.Origin);

    /// <summary>The URL that OSS asks for a key, byte for byte.</summary>
    internal static Uri UrlOf(MirrorRule mirror, string key)
    {
        string path = string.Join('/', mirror.OriginKey(key).Split('/').Select(Uri.EscapeDataString));
        return new Uri(mirror.Origin.AbsoluteUri + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    [GeneratedRegex(@"Error status ?: ?(\d+) from mirror host", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex StatusOfOrigin();
}
