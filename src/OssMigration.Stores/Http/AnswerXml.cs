using System.Xml;
using System.Xml.Linq;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Http;

/// <summary>XML of answers. Names are compared without their namespace: vendors and endpoints differ in it.</summary>
internal static class AnswerXml
{
    private const int MostDepth = 64;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        // Servers write control characters of keys as references that XML 1.0 does not allow.
        CheckCharacters = false,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <summary>The root of a small document.</summary>
    /// <exception cref="StoreException">ServerError: the body is no XML.</exception>
    public static XElement Load(PooledBody body, string store, string? key)
    {
        try
        {
            return Load(body.AsStream());
        }
        catch (XmlException error)
        {
            throw NotUnderstood(store, key, error);
        }
    }

    /// <summary>The root of a small document, or null where the body is no XML.</summary>
    public static XElement? TryLoad(PooledBody body) => TryLoad(body.AsStream());

    /// <summary>As above, for a document that did not come in a body.</summary>
    public static XElement? TryLoad(Stream document)
    {
        try
        {
            return Load(document);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static XElement Load(Stream document)
    {
        try
        {
            return LoadShallow(document);
        }
        catch (ArgumentException error)
        {
            // So .NET's reader answers to a declaration that is not ASCII.
            throw new XmlException("The declaration cannot be read.", error);
        }
    }

    // Trees are copied and compared by functions that call themselves, so no answer may be so deep that the stack ends.
    private static XElement LoadShallow(Stream document)
    {
        using (XmlReader depth = XmlReader.Create(document, Settings))
        {
            while (depth.Read())
            {
                if (depth.Depth > MostDepth)
                    throw new XmlException($"The elements are more than {MostDepth} deep.");
            }
        }

        document.Position = 0;
        using XmlReader reader = XmlReader.Create(document, Settings);
        return XElement.Load(reader, LoadOptions.PreserveWhitespace);
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
