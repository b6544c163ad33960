using System.Xml;
using System.Xml.Linq;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Http;

/// <summary>XML of answers. Names are compared without their namespace: vendors and endpoints differ in it.</summary>
internal static class AnswerXml
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        // Servers write control characters of keys as references that XML 1.0 does not allow.
        CheckCharacters = false,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <summary>A reader over a body.</summary>
    public static XmlReader Open(PooledBody body) => XmlReader.Create(body.AsStream(), Settings);

    /// <summary>The root of a small document.</summary>
    /// <exception cref="StoreException">ServerError: the body is no XML.</exception>
    public static XElement Load(PooledBody body, string store, string? key)
    {
        try
        {
            using XmlReader reader = Open(body);
            return XElement.Load(reader, LoadOptions.PreserveWhitespace);
        }
        catch (XmlException error)
        {
            throw NotUnderstood(store, key, error);
        }
    }

    /// <summary>The root of a small document, or null where the body is no XML.</summary>
    public static XElement? TryLoad(PooledBody body)
    {
        try
        {
            using XmlReader reader = Open(body);
            return XElement.Load(reader, LoadOptions.PreserveWhitespace);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>The error for an answer that makes no sense.</summary>
    public static StoreException NotUnderstood(string store, string? key, Exception? error) =>
        new(StoreErrorKind.ServerError, store, "The answer of the server cannot be understood.", error) { Key = key };

    /// <summary>The first child of that local name, or null.</summary>
    public static XElement? Child(this XElement parent, string name)
    {
        foreach (XElement child in parent.Elements())
        {
            if (child.Name.LocalName == name)
                return child;
        }

        return null;
    }

    /// <summary>The text of the first child of that local name, or null.</summary>
    public static string? Text(this XElement parent, string name) => parent.Child(name)?.Value;
}
