using System.Diagnostics;

namespace OssMigration.Sandbox.Hosting;

/// <summary>Lets the requests of each access key through at a rate; those that come sooner wait for their turn. Safe for concurrent use.</summary>
internal sealed class AccessKeyPace
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _freeAt = new(StringComparer.Ordinal);

    /// <summary>Requests per second for one access key; 0 for no limit.</summary>
    public int RequestsPerSecond { get; set; }

    /// <summary>Waits for the turn of the key that signed the request.</summary>
    public ValueTask WaitAsync(HttpContext context)
    {
        int rate = RequestsPerSecond;
        if (rate <= 0)
            return ValueTask.CompletedTask;
        TimeSpan wait;
        lock (_gate)
        {
            string key = KeyOf(context.Request.Headers.Authorization.ToString());
            long now = Stopwatch.GetTimestamp();
            long turn = Math.Max(_freeAt.GetValueOrDefault(key), now);
            _freeAt[key] = turn + (Stopwatch.Frequency / rate);
            wait = Stopwatch.GetElapsedTime(now, turn);
        }

        return wait < TimeSpan.FromMilliseconds(1) ? ValueTask.CompletedTask : new ValueTask(Task.Delay(wait, context.RequestAborted));
    }

    // Credential=ID/date/region/... in both signatures of version 4.
    private static string KeyOf(string authorization)
    {
        const string Before = "Credential=";
        int start = authorization.IndexOf(Before, StringComparison.Ordinal);
        return start < 0 ? "" : authorization[(start + Before.Length)..].Split('/')[0];
    }
}
