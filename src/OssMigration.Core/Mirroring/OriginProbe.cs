using System.Net.Http.Headers;
using System.Net.Sockets;

namespace OssMigration.Core.Mirroring;

/// <summary>How an origin answered a question of this machine.</summary>
internal enum OriginAnswerKind
{
    /// <summary>With a status.</summary>
    Answered,

    /// <summary>Its name does not resolve.</summary>
    NameUnknown,

    /// <summary>No connection, or no TLS.</summary>
    NotReachable,

    /// <summary>Not within the time that OSS waits.</summary>
    TooSlow,
}

/// <summary>An origin's answer.</summary>
/// <param name="Kind">How.</param>
/// <param name="Status">The HTTP status; 0 for none.</param>
internal readonly record struct OriginAnswer(OriginAnswerKind Kind, int Status = 0);

/// <summary>Asks an origin the way OSS does without keys. This machine is not OSS: what it sees is a hint, not a proof.</summary>
internal interface IOriginProbe
{
    /// <summary>Asks for an object without keys.</summary>
    Task<OriginAnswer> AskAsync(Uri url, CancellationToken cancellationToken);
}

/// <summary>Asks over HTTP, for one byte.</summary>
internal sealed class HttpOriginProbe : IOriginProbe
{
    /// <summary>How long OSS waits for an origin. Source: "Configure back-to-origin rules", usage notes.</summary>
    public static readonly TimeSpan PatienceOfOss = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<OriginAnswer> AskAsync(Uri url, CancellationToken cancellationToken)
    {
        using SocketsHttpHandler handler = new() { UseCookies = false, UseProxy = !url.IsLoopback };
        using HttpClient http = new(handler) { Timeout = PatienceOfOss };
        using HttpRequestMessage request = new(HttpMethod.Get, url);
        request.Headers.Range = new RangeHeaderValue(0, 0);
        try
        {
            using HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return new OriginAnswer(OriginAnswerKind.Answered, (int)answer.StatusCode);
        }
        catch (HttpRequestException error)
        {
            bool isName = error.HttpRequestError == HttpRequestError.NameResolutionError
                || error.InnerException is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData };
            return new OriginAnswer(isName ? OriginAnswerKind.NameUnknown : OriginAnswerKind.NotReachable);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new OriginAnswer(OriginAnswerKind.TooSlow);
        }
    }
}
