using System.Text;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

/// <summary>Queries as they go over the wire, in the order that the V4 signature wants.</summary>
internal static class OssQuery
{
    /// <summary>The encoded parameters sorted by encoded name; bare names where the value is empty.</summary>
    public static string Encode(List<KeyValuePair<string, string>> query)
    {
        switch (query.Count)
        {
            case 0:
                return "";
            case 1 when query[0].Value.Length == 0:
                return PercentEncoding.EncodeValue(query[0].Key);
        }

        List<KeyValuePair<string, string>> encoded = new(query.Count);
        foreach ((string name, string value) in query)
            encoded.Add(new(PercentEncoding.EncodeValue(name), PercentEncoding.EncodeValue(value)));
        encoded.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        StringBuilder text = new();
        foreach ((string name, string value) in encoded)
        {
            if (text.Length > 0)
                text.Append('&');
            text.Append(name);
            if (value.Length > 0)
                text.Append('=').Append(value);
        }

        return text.ToString();
    }
}
