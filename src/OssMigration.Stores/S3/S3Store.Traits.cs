using System.Xml.Linq;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.S3;

/// <summary>Tags and access lists of objects.</summary>
public sealed partial class S3Store
{
    private const string AllUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
    private const string AuthenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> ReadTagsAsync(string key, CancellationToken cancellationToken)
    {
        XElement root = await LoadSubResourceAsync(key, "tagging", cancellationToken).ConfigureAwait(false);
        return [.. root.Descendants().Where(element => element.Name.LocalName == "Tag")
            .Select(tag => KeyValuePair.Create(tag.Text("Key") ?? throw NotUnderstood(key), tag.Text("Value") ?? ""))];
    }

    /// <inheritdoc/>
    public async Task<AccessList> ReadAccessAsync(string key, CancellationToken cancellationToken)
    {
        XElement root = await LoadSubResourceAsync(key, "acl", cancellationToken).ConfigureAwait(false);
        string? owner = root.Elements().FirstOrDefault(element => element.Name.LocalName == "Owner")?.Text("ID");
        return new AccessList(Canned: null, [.. root.Descendants().Where(element => element.Name.LocalName == "Grant").Select(grant => ReadGrant(grant, owner, key))]);
    }

    private AccessGrant ReadGrant(XElement grant, string? owner, string key)
    {
        XElement grantee = grant.Elements().FirstOrDefault(element => element.Name.LocalName == "Grantee") ?? throw NotUnderstood(key);
        GranteeKind kind = grantee.Text("URI") switch
        {
            AllUsers => GranteeKind.Everyone,
            AuthenticatedUsers => GranteeKind.AnyAccount,
            null when owner is not null && grantee.Text("ID") == owner => GranteeKind.Owner,
            _ => GranteeKind.Other,
        };
        return new AccessGrant(kind, grant.Text("Permission")?.Trim() ?? throw NotUnderstood(key));
    }

    private async Task<XElement> LoadSubResourceAsync(string key, string subResource, CancellationToken cancellationToken)
    {
        RefuseUnwritable(key, 0);
        S3Request get = new(HttpMethod.Get, key, PercentEncoding.EncodeKey(key), S3Request.Canonical(subResource));
        using HttpAnswer answer = await _client.SendAsync(get, cancellationToken).ConfigureAwait(false);
        using PooledBody body = await answer.ReadBodyAsync(MaxListBytes).ConfigureAwait(false);
        return AnswerXml.Load(body, DisplayName, key);
    }
}
