using System.Globalization;
using System.Security.Cryptography;
using OssMigration.Sandbox.Link;

namespace OssMigration.Sandbox.Hosting;

/// <summary>What the command line asks for.</summary>
internal sealed record SandboxOptions
{
    /// <summary>Port of the S3 side; 0 for any free one.</summary>
    public int S3Port { get; init; }

    /// <summary>Port of the OSS side; 0 for any free one.</summary>
    public int OssPort { get; init; }

    /// <summary>Port of the admin API; 0 for any free one.</summary>
    public int AdminPort { get; init; }

    /// <summary>Buckets of the S3 side.</summary>
    public IReadOnlyList<BucketDeclaration> S3Buckets { get; init; } = [];

    /// <summary>Buckets of the OSS side.</summary>
    public IReadOnlyList<BucketDeclaration> OssBuckets { get; init; } = [];

    /// <summary>The line through which both sides can be reached too; null for none.</summary>
    public LinkShape? Link { get; init; }

    /// <summary>The process with which the sandbox ends; null for none.</summary>
    public int? ParentProcessId { get; init; }

    /// <summary>The access key id of both sides; random unless given.</summary>
    public string AccessKeyId { get; init; } = "AKSB" + RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);

    /// <summary>The secret of both sides; random unless given.</summary>
    public string AccessKeySecret { get; init; } =
        RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 40);

    /// <summary>Reads the command line.</summary>
    /// <exception cref="ArgumentException">An option is unknown, lacks its value or has an impossible one.</exception>
    public static SandboxOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new SandboxOptions();
        for (int i = 0; i < arguments.Count; i += 2)
        {
            string name = arguments[i];
            string value = i + 1 < arguments.Count ? arguments[i + 1] : throw new ArgumentException($"The option {name} lacks its value.");
            options = name switch
            {
                "--s3-port" => options with { S3Port = Number(name, value) },
                "--oss-port" => options with { OssPort = Number(name, value) },
                "--admin-port" => options with { AdminPort = Number(name, value) },
                "--s3-bucket" => options with { S3Buckets = [.. options.S3Buckets, BucketDeclaration.Parse(value)] },
                "--oss-bucket" => options with { OssBuckets = [.. options.OssBuckets, BucketDeclaration.Parse(value)] },
                "--link" => options with { Link = LinkShape.Parse(value) },
                "--parent" => options with { ParentProcessId = Number(name, value) },
                "--access-key-id" => options with { AccessKeyId = value },
                "--access-key-secret" => options with { AccessKeySecret = value },
                _ => throw new ArgumentException($"The option {name} is unknown."),
            };
        }
        return options;
    }

    /// <summary>Never shows the secret.</summary>
    public override string ToString() => $"s3 {S3Port}, oss {OssPort}, admin {AdminPort}";

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new ArgumentException($"The option {name} takes a number, not '{value}'.");
}

/// <summary>A bucket as the command line declares it: NAME, NAME=folder:PATH or NAME=synthetic:KIND,count=N,size=N[,seed=N].</summary>
/// <param name="Name">The name.</param>
/// <param name="Folder">The folder it serves in place; null for none.</param>
/// <param name="Synthetic">The formula of its objects; null for none.</param>
internal sealed record BucketDeclaration(string Name, string? Folder, string? Synthetic)
{
    /// <summary>Reads a declaration.</summary>
    /// <exception cref="ArgumentException">It has none of the forms.</exception>
    public static BucketDeclaration Parse(string text)
    {
        int at = text.IndexOf('=', StringComparison.Ordinal);
        if (at < 0)
            return new BucketDeclaration(text, null, null);
        (string name, string what) = (text[..at], text[(at + 1)..]);
        if (what.StartsWith("folder:", StringComparison.Ordinal))
            return new BucketDeclaration(name, what["folder:".Length..], null);
        if (what.StartsWith("synthetic:", StringComparison.Ordinal))
            return new BucketDeclaration(name, null, what["synthetic:".Length..]);
        throw new ArgumentException($"A bucket is NAME, NAME=folder:PATH or NAME=synthetic:KIND,count=N,size=N, not '{text}'.");
    }
}
