using System.Diagnostics;
using System.Text.Json;

namespace OssMigration.Sandbox.Tests;

/// <summary>The sandbox as a process: its line, its end.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task It_prints_one_line_with_addresses_and_random_keys_and_ends_with_0_on_SIGTERM()
    {
        using Process sandbox = Start("--s3-bucket", "b", "--s3-bucket", "s=synthetic:flat,count=10,size=1");
        JsonElement line = await ReadLineAsync(sandbox);
        JsonElement s3 = line.GetProperty("s3");
        using var client = new S3Client(
            new Uri(s3.GetProperty("endpoint").GetString()!), s3.GetProperty("accessKeyId").GetString()!, s3.GetProperty("secretAccessKey").GetString()!, () => DateTimeOffset.UtcNow);
        Answer buckets = await client.GetAsync("");

        using (Process kill = Process.Start("kill", ["-TERM", $"{sandbox.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await sandbox.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["b", "s"], buckets.All("Name").Select(name => name.Value));
        Assert.Equal("us-east-1", s3.GetProperty("region").GetString());
        Assert.Equal("cn-hangzhou", line.GetProperty("oss").GetProperty("region").GetString());
        Assert.Equal(sandbox.Id, line.GetProperty("pid").GetInt32());
        Assert.StartsWith("http://127.0.0.1:", line.GetProperty("admin").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, sandbox.ExitCode);
    }

    [Fact]
    public async Task With_a_link_the_line_tells_the_addresses_through_it_beside_the_direct_ones()
    {
        using Process sandbox = Start("--link", "25MB/s,20ms,up=10MB/s");
        JsonElement line = await ReadLineAsync(sandbox);
        sandbox.Kill();
        await sandbox.WaitForExitAsync(TestContext.Current.CancellationToken);

        JsonElement link = line.GetProperty("link");
        string?[] addresses = [.. new[] { link.GetProperty("s3"), link.GetProperty("oss"), line.GetProperty("s3").GetProperty("endpoint"), line.GetProperty("oss").GetProperty("endpoint") }.Select(address => address.GetString())];
        Assert.Equal(4, addresses.Distinct().Count());
        Assert.All(addresses, address => Assert.StartsWith("http://127.0.0.1:", address, StringComparison.Ordinal));
        Assert.Equal((25_000_000L, 10_000_000L, 20d), (link.GetProperty("downBytesPerSecond").GetInt64(), link.GetProperty("upBytesPerSecond").GetInt64(), link.GetProperty("roundTripMs").GetDouble()));
    }

    [Fact]
    public async Task It_ends_with_its_parent()
    {
        using Process parent = Process.Start("sleep", ["60"]);
        using Process sandbox = Start("--parent", $"{parent.Id}");
        await ReadLineAsync(sandbox);

        parent.Kill();
        await sandbox.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, sandbox.ExitCode);
    }

    [Theory]
    [InlineData("--unknown", "x", "The option --unknown is unknown.")]
    [InlineData("--s3-port", "x", "The option --s3-port takes a number, not 'x'.")]
    [InlineData("--s3-bucket", "b=folder:/no/such/folder", "The folder '/no/such/folder' does not exist.")]
    [InlineData("--link", "fast", "A link is RATE,ROUNDTRIP[,up=RATE][,queue=SIZE], such as 25MB/s,20ms,queue=64KB, not 'fast'.")]
    [InlineData("--s3-bucket", "b=other:x", "A bucket is NAME, NAME=folder:PATH or NAME=synthetic:KIND,count=N,size=N, not 'b=other:x'.")]
    public async Task A_wrong_command_line_is_named_and_ends_with_2(string option, string value, string message)
    {
        using Process sandbox = Start(option, value);
        string error = await sandbox.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await sandbox.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((2, message), (sandbox.ExitCode, error.Trim()));
    }

    private static Process Start(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "OssMigration.Sandbox.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    private static async Task<JsonElement> ReadLineAsync(Process sandbox)
    {
        string line = await sandbox.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
        return JsonDocument.Parse(line).RootElement;
    }
}
