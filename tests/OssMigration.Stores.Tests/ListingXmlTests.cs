using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using CsCheck;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;
using Xunit;

namespace OssMigration.Stores.Tests;

/// <summary>The reader of list pages against XElement: whatever a server may write, both see the same; what is broken, neither takes.</summary>
public sealed class ListingXmlTests
{
    private static readonly Gen<string> Names = Any("Key", "Size", "ETag", "LastModified", "StorageClass", "Owner", "Contents", "x:Key", "Ключ");

    private static readonly Gen<string> Plain = Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.Const('é'), Gen.Const('中'), Any(']', ' ', '\n', '"', '%', '+', '-')), 0, 12];

    // One way to write each part of a text, with what it means beside it.
    private static readonly Gen<(string Written, string Meant)> TextPart = Gen.OneOf(
        Plain.Select(text => (text, text)),
        Any(("a>b", "a>b"), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#x10;", "\u0010"), ("&#13;", "\r"), ("&#x1F600;", "😀"), ("😀", "😀")),
        Any(("\r\n", "\n"), ("\r", "\n")),
        Plain.Select(text => ($"<![CDATA[<&amp;{text}]]>", $"<&amp;{text}")),
        Any(("<!-- a < & b -->", ""), ("<?note a > b?>", "")));

    private static readonly Gen<(string Written, string Meant)> Text = TextPart.List[0, 5].Select(parts =>
        (string.Concat(parts.Select(part => part.Written)), string.Concat(parts.Select(part => part.Meant))));

    private static readonly Gen<string> Space = Any("", " ", "\n  ", "\r\n", "<!-- between -->", "<?pi?>", "lost text", "&amp;");

    [Fact]
    public void Every_text_is_read_as_XElement_reads_it() => Gen.Select(Text, Space, Gen.Bool).Sample(
        (text, space, hasMark) =>
        {
            string document = $"<?xml version=\"1.0\" encoding=\"utf-8\"?>{(space.Contains("<?", StringComparison.Ordinal) ? space : "")}<r a='1>2' xmlns=\"u\">{space}<Key b = \"&amp;'\" >{text.Written}</Key >{space}</r>";
            byte[] bytes = [.. hasMark ? Encoding.UTF8.GetPreamble() : [], .. Encoding.UTF8.GetBytes(document)];

            XmlScanner scanner = new(bytes, new XmlCharacters());
            Assert.True(scanner.NextChild());
            Assert.Equal("Key", Encoding.UTF8.GetString(scanner.Name));
            string read = Encoding.UTF8.GetString(scanner.Text());
            Assert.False(scanner.NextChild());
            scanner.End();

            Assert.Equal(Load(bytes).Elements().Single().Value, read);
        },
        iter: 3000);

    [Fact]
    public void Every_tree_is_walked_as_XElement_walks_it()
    {
        Gen<string> tree = Gen.Recursive<string>((depth, child) => depth >= 6
            ? Gen.Select(Names, Text).Select((name, text) => Element(name, text.Written))
            : Gen.Select(Names, Space, child.Array[0, 4]).Select((name, space, children) => children.Length == 0 ? $"<{name} />" : Element(name, space + string.Join(space, children))));
        tree.Sample(
            inner =>
            {
                byte[] document = Encoding.UTF8.GetBytes($"<!-- before --><root xmlns:x='u'>{inner}</root><!-- after -->\n");
                XmlScanner scanner = new(document, new XmlCharacters());
                StringBuilder walked = new();
                Walk(ref scanner, walked);
                scanner.End();

                StringBuilder expected = new();
                Walk(Load(document), expected);
                Assert.Equal(expected.ToString(), walked.ToString());
            },
            iter: 1000);
    }

    [Fact]
    public void Every_page_is_read_as_XElement_reads_it()
    {
        Gen<string> contents = Gen.Select(Text, Gen.Long[0, long.MaxValue], Text, Gen.DateTime[new DateTime(1970, 1, 1), new DateTime(2100, 1, 1)], Text, Space).Select((key, size, etag, date, storageClass, space) =>
            $"<Contents>{space}<Key>{key.Written}</Key><LastModified>{date.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}</LastModified>{space}"
            + $"<ETag>&quot;{etag.Written}\"</ETag><Owner><ID>1</ID><Key>not this</Key></Owner><Size> {size}\n</Size><Type/><StorageClass>{storageClass.Written}</StorageClass></Contents>");
        Gen<string> other = Any("<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>", "<Unknown a='b'><Contents><Key>no</Key></Contents></Unknown>", "<Delimiter/>");
        Gen.Select(Gen.OneOf(contents, other).List[0, 6], Space, Gen.Bool).Sample(
            (parts, space, isTruncated) =>
            {
                byte[] document = Encoding.UTF8.GetBytes(
                    $"<s:ListBucketResult xmlns:s='u'><IsTruncated>{(isTruncated ? "true" : "false")}</IsTruncated>{string.Join(space, parts)}{space}<KeyCount> 7 </KeyCount></s:ListBucketResult>");
                ListingPage page = Read(document);

                XElement root = Load(document);
                List<ObjectEntry> expected = [.. root.Elements().Where(each => each.Name.LocalName == "Contents").Select(Entry)];
                Assert.Equal(expected, page.Entries);
                Assert.Equal(isTruncated, page.IsTruncated);
                Assert.Equal(root.Elements().Count(each => each.Name.LocalName == "CommonPrefixes"), page.CommonPrefixes);
                Assert.Equal(7, page.KeyCount);
            },
            iter: 1000);
    }

    [Fact]
    public void Encoded_keys_are_the_keys_that_were_encoded_wherever_the_answer_says_so() => Gen.Select(Gen.String[1, 20].Where(IsUnicode).List[1, 5], Gen.Bool, Gen.Bool).Sample(
        (keys, isFirst, hasPlus) =>
        {
            const string Says = "<EncodingType>url</EncodingType>";
            string contents = string.Concat(keys.Select(key => $"<Contents><Key>{Encode(key, hasPlus)}</Key></Contents>"));
            ListingPage page = Read(Encoding.UTF8.GetBytes($"<ListBucketResult>{(isFirst ? Says : "")}{contents}{(isFirst ? "" : Says)}<NextMarker>{Encode(keys[0], hasPlus)}</NextMarker></ListBucketResult>"));

            Assert.Equal(keys, page.Entries.Select(entry => entry.Key));
            Assert.Equal(keys[0], page.NextMarker);
        },
        iter: 1000);

    [Fact]
    public void A_page_that_is_cut_off_or_changed_is_never_taken_for_another_well_formed_one()
    {
        byte[] whole = Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?><ListBucketResult xmlns=\"u\"><Contents><Key>a&amp;b</Key><ETag>\"e\"</ETag><Size>1</Size></Contents><!-- c --><IsTruncated>false</IsTruncated></ListBucketResult>");
        Assert.Single(Read(whole).Entries);
        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<XmlException>(() => Read(whole[..length]));

        int begin = whole.AsSpan().IndexOf("<Contents>"u8);
        Gen.Select(Gen.Int[begin, whole.Length - 1], Gen.Byte).Sample(
            (at, value) =>
            {
                byte[] changed = [.. whole];
                changed[at] = value;
                if (IsBroken(() => Load(changed)))
                    Assert.True(IsBroken(() => Read(changed)), Encoding.UTF8.GetString(changed));
            },
            iter: 5000);
    }

    [Theory]
    [InlineData("<!DOCTYPE ListBucketResult><ListBucketResult/>")]
    [InlineData("<!DOCTYPE r [<!ENTITY e 'x'>]><ListBucketResult><Prefix>&e;</Prefix></ListBucketResult>")]
    [InlineData("<ListBucketResult><Prefix>&e;</Prefix></ListBucketResult>")]
    [InlineData("<ListBucketResult><Prefix>&#xD800;</Prefix></ListBucketResult>")]
    [InlineData("<ListBucketResult><Prefix>&#x110000;</Prefix></ListBucketResult>")]
    [InlineData("<ListBucketResult><Prefix>&amp</Prefix></ListBucketResult>")]
    [InlineData("<ListBucketResult><Prefix>a]]>b</Prefix></ListBucketResult>")]
    [InlineData("<ListBucketResult><Contents><Key>a<b/></Key></Contents></ListBucketResult>")]
    [InlineData("<ListBucketResult><Contents><Key>a</Size></Contents></ListBucketResult>")]
    [InlineData("<ListBucketResult><Contents/></ListBucketResult>")]
    [InlineData("<ListBucketResult a='<'/>")]
    [InlineData("<ListBucketResult a='&e;'/>")]
    [InlineData("<ListBucketResult a='1'b='2'/>")]
    [InlineData("<ListBucketResult a=1/>")]
    [InlineData("<ListBucketResult/><ListBucketResult/>")]
    [InlineData("<ListBucketResult/>more")]
    [InlineData("<ListBucketResult><!-- a -- b --></ListBucketResult>")]
    [InlineData("<ListBucketResult><?xml version='1.0'?></ListBucketResult>")]
    [InlineData("<1ListBucketResult/>")]
    [InlineData("< ListBucketResult/>")]
    [InlineData("<?xml version='1.0' encoding='iso-8859-1'?><ListBucketResult/>")]
    [InlineData("<html/>")]
    public void What_is_no_well_formed_listing_is_refused(string document)
        => Assert.Throws<XmlException>(() => Read(Encoding.UTF8.GetBytes(document)));

    [Fact]
    public void Elements_may_not_be_nested_without_end()
    {
        static string Nested(int depth) => string.Concat(Enumerable.Repeat("<a>", depth)) + string.Concat(Enumerable.Repeat("</a>", depth));
        Assert.Empty(Read(Encoding.UTF8.GetBytes($"<ListBucketResult>{Nested(XmlScanner.MostDepth - 1)}</ListBucketResult>")).Entries);
        Assert.Throws<XmlException>(() => Read(Encoding.UTF8.GetBytes($"<ListBucketResult>{Nested(XmlScanner.MostDepth)}</ListBucketResult>")));
    }

    [Theory]
    [InlineData("2020-05-18T05:45:43.000Z")]
    [InlineData("2020-02-29T23:59:59.999Z")]
    [InlineData("2020-12-31T05:45:43Z")]
    [InlineData("2020-05-18T05:45:43.123456Z")]
    [InlineData("2020-05-18T05:45:43.000+02:00")]
    public void Dates_are_read_as_the_framework_reads_them(string text)
        => Assert.Equal(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), ListingDates.Parse(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("2020-13-18T05:45:43.000Z")]
    [InlineData("2021-02-29T05:45:43.000Z")]
    [InlineData("2020-05-18T25:45:43.000Z")]
    [InlineData("yesterday")]
    [InlineData("")]
    public void What_is_no_date_is_refused(string text) => Assert.Throws<FormatException>(() => ListingDates.Parse(Encoding.UTF8.GetBytes(text)));

    private static ListingPage Read(byte[] document)
    {
        using PooledBody body = new(document.Length);
        document.CopyTo(body.Free());
        body.Advance(document.Length);
        return ListingXml.Read(body, static (in ListedObject listed) =>
            new ObjectEntry(listed.Key, listed.Size, new SourceVersion(""), listed.ETag, listed.LastModified, listed.StorageClass, ObjectAvailability.Readable));
    }

    private static XElement Load(byte[] document)
    {
        XmlReaderSettings settings = new() { DtdProcessing = DtdProcessing.Prohibit, CheckCharacters = false, IgnoreComments = true, IgnoreProcessingInstructions = true };
        using XmlReader reader = XmlReader.Create(new MemoryStream(document), settings);
        XElement root = XElement.Load(reader, LoadOptions.PreserveWhitespace);
        while (reader.Read())
        {
        }

        return root;
    }

    private static ObjectEntry Entry(XElement contents) => new(
        Value(contents, "Key"),
        long.Parse(Value(contents, "Size"), CultureInfo.InvariantCulture),
        new SourceVersion(""),
        Value(contents, "ETag").Trim('"', ' '),
        DateTimeOffset.Parse(Value(contents, "LastModified"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
        Value(contents, "StorageClass"));

    private static string Value(XElement parent, string name) => parent.Elements().First(each => each.Name.LocalName == name).Value;

    private static bool IsBroken(Action read)
    {
        try
        {
            read();
            return false;
        }
        catch (Exception error) when (error is XmlException or FormatException)
        {
            return true;
        }
    }

    private static void Walk(ref XmlScanner scanner, StringBuilder walked)
    {
        walked.Append(Encoding.UTF8.GetString(scanner.Name)).Append('(');
        while (scanner.NextChild())
            Walk(ref scanner, walked);
        walked.Append(')');
    }

    private static void Walk(XElement element, StringBuilder walked)
    {
        walked.Append(element.Name.LocalName).Append('(');
        foreach (XElement child in element.Elements())
            Walk(child, walked);
        walked.Append(')');
    }

    private static string Element(string name, string content) => $"<{name} a=\"1\">{content}</{name}>";

    private static string Encode(string key, bool hasPlus)
    {
        string encoded = Uri.EscapeDataString(key);
        return hasPlus ? encoded.Replace("%20", "+", StringComparison.Ordinal) : encoded;
    }

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static bool IsUnicode(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
                return false;
        }

        return true;
    }
}
