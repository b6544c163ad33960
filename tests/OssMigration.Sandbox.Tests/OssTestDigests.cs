using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace OssMigration.Sandbox.Tests;

internal static class TestDigests
{
    /// <summary>The MD5 in base64, as Content-MD5 carries it.</summary>
    public static string Md5(string text) => Convert.ToBase64String(Md5(Encoding.UTF8.GetBytes(text)));

    [SuppressMessage("Security", "CA5351", Justification = "Content-MD5 and ETag are MD5 by protocol.")]
    public static byte[] Md5(byte[] bytes) => MD5.HashData(bytes);
}
