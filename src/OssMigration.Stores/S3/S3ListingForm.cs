namespace OssMigration.Stores.S3;

/// <summary>How a server is asked for a page of its listing.</summary>
/// <param name="IsV2">By ListObjectsV2; else by the first ListObjects, where a marker is both start-after and token.</param>
/// <param name="AsksEncoded">Asks for url-encoded names (encoding-type).</param>
/// <param name="StartsAnywhere">False where it was found that neither start-after nor a marker is obeyed; the range lister sees it and lists serially.</param>
internal sealed record S3ListingForm(bool IsV2, bool AsksEncoded = true, bool StartsAnywhere = true)
{
    // No text out of UTF-8 has a lone surrogate, so no token of a server is taken for a marker of ours.
    private const char Mark = '\ud800';

    /// <summary>The other forms, in the order in which they are tried when a server refuses this one.</summary>
    public IEnumerable<S3ListingForm> Others()
    {
        if (AsksEncoded)
            yield return this with { AsksEncoded = false };
        if (IsV2)
        {
            yield return this with { IsV2 = false, AsksEncoded = true };
            yield return this with { IsV2 = false, AsksEncoded = false };
        }
    }

    /// <summary>The form that goes on with a page's token: a listing that was begun by one is never continued by the other.</summary>
    public S3ListingForm ContinuedBy(string token) => this with { IsV2 = MarkerIn(token) is null };

    /// <summary>A marker as a token.</summary>
    public static string ToToken(string marker) => Mark + marker;

    /// <summary>The marker in a token; null where it is a server's own.</summary>
    public static string? MarkerIn(string token) => token.Length > 0 && token[0] == Mark ? token[1..] : null;
}
