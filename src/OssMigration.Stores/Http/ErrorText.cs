using System.Net;
using System.Xml.Linq;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Http;

/// <summary>The text of an error answer.</summary>
internal static class ErrorText
{
    private const int MaxErrorBytes = 64 * 1024;

    /// <summary>The Error element; null where there is none and the status has to do.</summary>
    /// <param name="answer">An answer that is no success.</param>
    /// <param name="store">The store's display name.</param>
    /// <param name="key">The full key, or null.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="StoreException">
    /// Network or ServerError, both worth retrying: the text did not arrive whole, and the status alone may mean several things.
    /// </exception>
    public static async Task<XElement?> ReadAsync(HttpAnswer answer, string store, string? key, CancellationToken cancellationToken)
    {
        if (answer.IsOfHead)
            return null;

        // Of the others the status says enough.
        bool isNeeded = answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Conflict;
        XElement? error;
        try
        {
            using PooledBody body = await answer.ReadBodyAsync(MaxErrorBytes).ConfigureAwait(false);
            if (body.Length == 0)
                return null;
            error = AnswerXml.TryLoad(body);
        }
        catch (StoreException exception) when (!(isNeeded && exception.Kind == StoreErrorKind.Network) && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        if (error is null && isNeeded && IsXml(answer))
            throw AnswerXml.NotUnderstood(store, key, null);
        return error?.Name.LocalName == "Error" ? error : null;
    }

    private static bool IsXml(HttpAnswer answer) => answer.Header("Content-Type")?.Contains("/xml", StringComparison.OrdinalIgnoreCase) == true;
}
