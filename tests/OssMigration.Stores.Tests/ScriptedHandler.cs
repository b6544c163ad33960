using System.Globalization;
using System.Net;
using System.Text;

namespace OssMigration.Stores.Tests;

/// <summary>Answers requests from a list, in order, and keeps what was asked.</summary>
internal sealed class ScriptedHandler : HttpMessageHandler
{
    private readonly object _gate = new();
    private readonly Queue<Func<HttpResponseMessage>> _answers = new();

    /// <summary>The requests so far: method, URI as sent, and headers by lower-case name.</summary>
    public List<(string Method, string Uri, Dictionary<string, string> Headers)> Requests { get; } = [];

    /// <summary>Runs once, while the next request waits for its answer; it may send others.</summary>
    public Func<Task>? Meanwhile { get; set; }

    /// <summary>Answers that nobody has asked for.</summary>
    public int Left => _answers.Count;

    /// <summary>Adds an answer.</summary>
    /// <param name="status">The status.</param>
    /// <param name="body">The body.</param>
    /// <param name="length">Content-Length where it is not that of the body, as for HEAD.</param>
    /// <param name="headers">Name and value, by turns.</param>
    public ScriptedHandler Answer(int status, string body = "", long? length = null, params string[] headers)
    {
        _answers.Enqueue(() =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(body);
            HttpResponseMessage answer = new((HttpStatusCode)status) { Content = new ByteArrayContent(bytes) };
            answer.Content.Headers.TryAddWithoutValidation("Content-Length", (length ?? bytes.Length).ToString(CultureInfo.InvariantCulture));
            for (int i = 0; i < headers.Length; i += 2)
            {
                if (!answer.Headers.TryAddWithoutValidation(headers[i], headers[i + 1]))
                    answer.Content.Headers.TryAddWithoutValidation(headers[i], headers[i + 1]);
            }

            return answer;
        });
        return this;
    }

    /// <summary>Adds an error as S3 writes it.</summary>
    public ScriptedHandler Error(int status, string code, string message = "", params string[] headers) =>
        Answer(status, $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message><RequestId>request-1</RequestId></Error>", null, headers);

    /// <summary>Adds a failure of the network.</summary>
    public ScriptedHandler Fail(Exception error)
    {
        _answers.Enqueue(() => throw error);
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Dictionary<string, string> headers = new(StringComparer.Ordinal);
        foreach ((string name, var values) in request.Headers.NonValidated)
            headers[name.ToLowerInvariant()] = values.ToString();
        if (request.Content is not null)
        {
            foreach ((string name, var values) in request.Content.Headers.NonValidated)
                headers[name.ToLowerInvariant()] = values.ToString();
            headers["(body)"] = await request.Content.ReadAsStringAsync(cancellationToken);
        }

        lock (_gate)
            Requests.Add((request.Method.Method, request.RequestUri!.OriginalString, headers));
        if (Meanwhile is { } meanwhile)
        {
            Meanwhile = null;
            await meanwhile();
        }

        Func<HttpResponseMessage>? answer;
        lock (_gate)
        {
            if (!_answers.TryDequeue(out answer))
                throw new InvalidOperationException($"No answer was planned for {request.Method} {request.RequestUri}.");
        }

        HttpResponseMessage given = answer();
        given.RequestMessage = request;
        return given;
    }
}
