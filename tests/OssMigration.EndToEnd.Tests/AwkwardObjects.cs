using System.Globalization;
using System.Net;
using OssMigration.Sandbox.Tests;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>One object of the fixture as a client of S3 writes it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Headers">Its headers.</param>
internal sealed record AwkwardObject(string Key, IReadOnlyList<(string Name, string Value)> Headers);

/// <summary>
/// 500 objects with every oddity of key, header, metadata, tag, ACL, class, lock and redirect, each alone and in combinations. Which of them
/// a server knows depends on the server: where it refuses an object, the object is written without what not every server has.
/// </summary>
internal static class AwkwardObjects
{
    public const int Count = 500;

    private static readonly (string Name, string Value)[][] Content =
    [
        [],
        [("Content-Type", "text/html; charset=utf-8")],
        [("Content-Type", "application/x-own"), ("Cache-Control", "public, max-age=31536000")],
        [("Content-Type", "text/plain"), ("Content-Disposition", "attachment; filename=\"plain.txt\"")],
        [("Content-Type", "text/plain"), ("Content-Disposition", "attachment; filename=\"r\u00e9sum\u00e9 \u6f22.pdf\"")],
        [("Content-Type", "text/css"), ("Content-Encoding", "gzip"), ("Content-Language", "de, en")],
        [("Content-Type", "image/png"), ("Expires", "Thu, 01 Dec 2033 16:00:00 GMT")],
    ];

    private static readonly (string Name, string Value)[][] Metadata =
    [
        [],
        [("x-amz-meta-owner", "alice")],
        [("x-amz-meta-my_name", "underscore"), ("x-amz-meta-my-name", "hyphen")],
        [("x-amz-meta-dotted.name", "dot")],
        [("x-amz-meta-note", "M\u00fcnchen \u6771\u4eac \U0001f600")],
        [("x-amz-meta-encoded", "=?UTF-8?B?w6k=?=")],
        [("x-amz-meta-empty", ""), ("x-amz-meta-long", new string('m', 1900))],
        [.. Enumerable.Range(0, 30).Select(number => ($"x-amz-meta-item{number.ToString(CultureInfo.InvariantCulture)}", $"value {number}"))],
    ];

    private static readonly (string Name, string Value)[][] Tags =
    [
        [],
        [("x-amz-tagging", "team=red&stage=a%20b%2Bc%3D%2Fd")],
        [("x-amz-tagging", string.Join('&', Enumerable.Range(0, 10).Select(number => $"k{number}=v{number}")))],
        [("x-amz-tagging", "mail=me%40home&team=red")],
        [("x-amz-tagging", "stadt=M%C3%BCnchen")],
    ];

    private static readonly (string Name, string Value)[][] Acls =
    [
        [], [("x-amz-acl", "public-read")], [("x-amz-acl", "public-read-write")], [("x-amz-acl", "authenticated-read")], [("x-amz-acl", "private")],
        [("x-amz-grant-read", "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\""), ("x-amz-grant-full-control", "id=\"0123456789abcdef0123456789abcdef\"")],
    ];

    private static readonly (string Name, string Value)[][] Classes =
    [
        [], [("x-amz-storage-class", "STANDARD")], [("x-amz-storage-class", "STANDARD_IA")], [("x-amz-storage-class", "ONEZONE_IA")], [("x-amz-storage-class", "GLACIER_IR")],
        [("x-amz-storage-class", "INTELLIGENT_TIERING")], [("x-amz-storage-class", "GLACIER")],
    ];

    private static readonly (string Name, string Value)[][] Rest =
    [
        [], [("x-amz-website-redirect-location", "/elsewhere")], [("x-amz-website-redirect-location", "https://example.com/a%20b")],
        [("x-amz-object-lock-mode", "GOVERNANCE"), ("x-amz-object-lock-retain-until-date", "2033-01-01T00:00:00Z")],
        [("x-amz-object-lock-legal-hold", "ON")], [("x-amz-server-side-encryption", "aws:kms")],
    ];

    // Ceph RGW 16 has one storage class, no lock in a bucket that was not made for it, no KMS without a vault, grants to its own users only, and takes
    // my_name and my-name for the same header.
    private static readonly string[] NotEverywhere =
        ["x-amz-storage-class", "x-amz-object-lock-", "x-amz-server-side-encryption", "x-amz-grant-", "x-amz-meta-my-name"];

    /// <summary>The objects, each with its key.</summary>
    public static IReadOnlyList<AwkwardObject> All { get; } = [.. Make().Take(Count)];

    /// <summary>Writes them by a client that shares no code with the product; gives how many kept all of their oddities.</summary>
    public static async Task<int> SeedAsync(S3Client client, string bucket)
    {
        int whole = 0;
        foreach (AwkwardObject made in All)
        {
            Answer answer = await PutAsync(made.Headers);
            if (answer.Status == HttpStatusCode.OK)
                whole++;
            else
                answer = await PutAsync([.. made.Headers.Where(header => !Array.Exists(NotEverywhere, prefix => header.Name.StartsWith(prefix, StringComparison.Ordinal)))]);
            Assert.True(answer.Status == HttpStatusCode.OK, $"The server refuses '{made.Key}' with {string.Join(", ", made.Headers)}: {answer.Text}");

            Task<Answer> PutAsync(IReadOnlyList<(string Name, string Value)> headers) => client.PutAsync($"{bucket}/{made.Key}", $"content of {made.Key}", [.. headers]);
        }

        return whole;
    }

    // First each oddity alone, then combinations, by strides that share no divisor.
    private static IEnumerable<AwkwardObject> Make()
    {
        foreach (string key in OddKeys.All)
            yield return new AwkwardObject(key, []);
        int number = 0;
        foreach ((string Name, string Value)[] headers in new[] { Content, Metadata, Tags, Acls, Classes, Rest }.SelectMany(kind => kind))
            yield return new AwkwardObject(Named(number++), headers);
        for (int i = 0; ; i++)
            yield return new AwkwardObject(Named(number++), [.. At(Content, i), .. At(Metadata, i * 3), .. At(Tags, i * 7), .. At(Acls, i * 5), .. At(Classes, i * 11), .. At(Rest, i * 13)]);
    }

    private static (string Name, string Value)[] At((string Name, string Value)[][] kind, int place) => kind[place % kind.Length];

    private static string Named(int number) => string.Create(CultureInfo.InvariantCulture, $"awkward/{number:000}.{(number % 3 == 0 ? "jpg" : number % 3 == 1 ? "html" : "bin")}");
}
