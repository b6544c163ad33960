using System.Xml.Linq;
using OssMigration.Core.Fidelity;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

/// <summary>Tags and access lists of objects.</summary>
public sealed partial class OssStore
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> ReadTagsAsync(string key, CancellationToken cancellationToken)
    {
        XElement root = await ReadSubResourceAsync(key, "tagging", cancellationToken).ConfigureAwait(false);
        return [.. root.Descendants().Where(element => element.Name.LocalName == "Tag")
            .Select(tag => KeyValuePair.Create(tag.Text("Key") ?? throw AnswerXml.NotUnderstood(DisplayName, key, null), tag.Text("Value") ?? ""))];
    }

    /// <inheritdoc/>
    public async Task<AccessList> ReadAccessAsync(string key, CancellationToken cancellationToken)
    {
        XElement root = await ReadSubResourceAsync(key, "acl", cancellationToken).ConfigureAwait(false);
        string canned = root.Descendants().FirstOrDefault(element => element.Name.LocalName == "Grant")?.Value.Trim() ?? throw AnswerXml.NotUnderstood(DisplayName, key, null);
        return new AccessList(canned, []);
    }

    private async Task<XElement> ReadSubResourceAsync(string key, string subResource, CancellationToken cancellationToken)
    {
        OssRequest read = Request(HttpMethod.Get, key).With(subResource);
        using HttpAnswer answer = await _client.SendAsync(read, cancellationToken).ConfigureAwait(false);
        return await ReadXmlAsync(answer, read).ConfigureAwait(false);
    }
}
