using System.Net;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OssMigration.ModuleTests.Support;

/// <summary>
/// Secrets that are recognised wherever they come out, in every form in which text usually travels, and in parts of ten characters.
/// </summary>
internal sealed class Canary
{
    private const int PartLength = 10;

    private readonly List<(string What, byte[] Form)> _forms = [];

    /// <summary>Makes a secret that has characters that every encoding treats in another way, and watches for it.</summary>
    public string New(string name)
    {
        string secret = $"Cny+/{RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789", 30)}=&<";
        Watch(name, secret);
        return secret;
    }

    /// <summary>Watches for a secret.</summary>
    public void Watch(string name, string secret)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(secret), utf16 = Encoding.Unicode.GetBytes(secret);
        foreach (string text in (string[])
            [secret, WebUtility.UrlEncode(secret), Uri.EscapeDataString(secret), WebUtility.HtmlEncode(secret), SecurityElement.Escape(secret), JsonSerializer.Serialize(secret).Trim('"'),
             Convert.ToHexString(utf8), Convert.ToHexStringLower(utf8), Convert.ToHexString(utf16), Convert.ToHexStringLower(utf16), .. Base64(utf8), .. Base64(utf16)])
            Add(name, text);

        // What is cut off or quoted in part is a leak too.
        for (int at = 0; at + PartLength <= secret.Length; at += PartLength / 2)
            Add($"{name}, a part", secret.Substring(at, PartLength));
    }

    /// <summary>The secrets that a text holds.</summary>
    public IEnumerable<string> In(string text) => In(Encoding.UTF8.GetBytes(text));

    /// <summary>The secrets that bytes hold.</summary>
    public IEnumerable<string> In(byte[] bytes) => _forms.Where(form => bytes.AsSpan().IndexOf(form.Form) >= 0).Select(form => form.What).Distinct();

    /// <summary>The secrets that the files of a folder hold, in their names too; each with the file.</summary>
    public IEnumerable<string> InFolder(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using MemoryStream content = new();
            file.CopyTo(content);
            foreach (string found in In(content.ToArray()).Concat(In(path)))
                yield return $"{found} in {path}";
        }
    }

    /// <summary>The secrets in the command line and the environment of the processes that this one started, and in its own command line.</summary>
    public IEnumerable<string> InProcesses()
    {
        if (!OperatingSystem.IsLinux())
            yield break;
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            byte[] arguments;
            try
            {
                arguments = File.ReadAllBytes(Path.Combine(folder, "cmdline"));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It has ended.
                continue;
            }

            foreach (string found in In(arguments))
                yield return $"{found} in the arguments of process {Path.GetFileName(folder)}";
        }
    }

    // Where a text begins within another one decides how it looks in Base64: the middle of each of the three forms is always the same.
    private static IEnumerable<string> Base64(byte[] bytes)
    {
        for (int shift = 0; shift < 3; shift++)
        {
            string whole = Convert.ToBase64String([.. new byte[shift], .. bytes]);
            string middle = whole[4..^4];
            yield return middle;
            yield return middle.Replace('+', '-').Replace('/', '_');
        }
    }

    private void Add(string name, string text)
    {
        foreach (Encoding encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode])
            _forms.Add((name, encoding.GetBytes(text)));
    }
}
