using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Link;

namespace OssMigration.Sandbox;

/// <summary>
/// Starts the sandbox, prints one JSON line with its addresses and keys, and ends on SIGTERM or with its parent; without a
/// parent also on SIGINT.
/// </summary>
internal static class Program
{
    /// <summary>Exit code 0 after a signal, 2 after a wrong command line or a taken port.</summary>
    public static async Task<int> Main(string[] args)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        try
        {
            SandboxOptions options = SandboxOptions.Parse(args);
            using Oss.OssSide oss = new();
            await using SandboxHost host = await SandboxHost.StartAsync(options, new S3.S3Handler(), oss, TimeProvider.System);
            Announce(host, options);
            if (options.ParentProcessId is { } parent)
                EndWith(parent, end);
            await end.Task;
            return 0;
        }
        catch (Exception e) when (e is ArgumentException or IOException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }

        // Ctrl-C at the parent's terminal reaches this process too, and means what the parent does and not the sandbox.
        void Interrupt(PosixSignalContext context)
        {
            if (args.Contains("--parent"))
                context.Cancel = true;
            else
                Stop(context);
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            end.TrySetResult();
        }
    }

    private static void Announce(SandboxHost host, SandboxOptions options)
    {
        using Stream output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteSide(json, host.S3, host.S3Endpoint, "secretAccessKey");
            WriteSide(json, host.Oss, host.OssEndpoint, "accessKeySecret");
            json.WriteString("admin", host.AdminEndpoint);
            if (host is { Link: { } link, Linked: { } linked })
                WriteLink(json, link.Shape, linked);
            json.WriteNumber("pid", Environment.ProcessId);
            json.WriteEndObject();
        }
        output.Write("\n"u8);
        output.Flush();
    }

    private static void WriteSide(Utf8JsonWriter json, Side side, string endpoint, string secretName)
    {
        json.WriteStartObject(side.Name);
        json.WriteString("endpoint", endpoint);
        json.WriteString("region", side.Region);
        json.WriteString("accessKeyId", side.AccessKeyId);
        json.WriteString(secretName, side.AccessKeySecret);
        json.WriteEndObject();
    }

    private static void WriteLink(Utf8JsonWriter json, LinkShape link, LinkedEndpoints linked)
    {
        json.WriteStartObject("link");
        json.WriteString("s3", linked.S3);
        json.WriteString("oss", linked.Oss);
        json.WriteNumber("downBytesPerSecond", link.DownBytesPerSecond);
        json.WriteNumber("upBytesPerSecond", link.UpBytesPerSecond);
        json.WriteNumber("roundTripMs", link.RoundTrip.TotalMilliseconds);
        json.WriteEndObject();
    }

    private static void EndWith(int parentProcessId, TaskCompletionSource end)
    {
        try
        {
            Process parent = Process.GetProcessById(parentProcessId);
            _ = parent.WaitForExitAsync().ContinueWith(_ => end.TrySetResult(), TaskScheduler.Default);
        }
        catch (ArgumentException)
        {
            end.TrySetResult();
        }
    }
}
