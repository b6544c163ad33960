using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Xml;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Http;

/// <summary>
/// Reads the pages of listings. Little more is allocated than the entries of the page: names of elements, numbers and dates are
/// read where they stand, and a storage class that is the one before is the same text.
/// </summary>
internal ref struct ListingXml
{
    private readonly EntryMaker _make;
    private readonly ListingPage _page = new();
    private XmlScanner _xml;
    private string? _storageClass;
    private int _encoded;

    private ListingXml(PooledBody body, EntryMaker make)
    {
        _xml = new XmlScanner(body.Span, new XmlCharacters());
        _make = make;
    }

    /// <summary>Reads one page.</summary>
    /// <exception cref="XmlException">No XML, or no listing.</exception>
    /// <exception cref="FormatException">A number, a date or the encoding of a name is none.</exception>
    /// <exception cref="OverflowException">A number is too large.</exception>
    public static ListingPage Read(PooledBody body, EntryMaker make)
    {
        ListingXml reader = new(body, make);
        return reader.ReadPage();
    }

    private ListingPage ReadPage()
    {
        if (!_xml.Name.SequenceEqual("ListBucketResult"u8))
            throw new XmlException($"A listing was expected, not {Encoding.UTF8.GetString(_xml.Name)}.");
        while (_xml.NextChild())
        {
            switch (_xml.Name)
            {
                case var name when name.SequenceEqual("Contents"u8):
                    _page.Entries.Add(ReadObject());
                    break;
                case var name when name.SequenceEqual("CommonPrefixes"u8):
                    _page.CommonPrefixes++;
                    _xml.Skip();
                    break;
                case var name when name.SequenceEqual("KeyCount"u8):
                    _page.KeyCount = int.Parse(_xml.Text(), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
                    break;
                case var name when name.SequenceEqual("IsTruncated"u8):
                    _page.IsTruncated = Encoding.UTF8.GetString(_xml.Text()).Trim() is "true" or "True";
                    break;
                case var name when name.SequenceEqual("NextContinuationToken"u8):
                    _page.NextContinuationToken = Encoding.UTF8.GetString(_xml.Text());
                    break;
                case var name when name.SequenceEqual("Marker"u8):
                    _page.HasMarker = true;
                    _xml.Skip();
                    break;
                case var name when name.SequenceEqual("NextMarker"u8):
                    _page.NextMarker = Encoding.UTF8.GetString(_xml.Text());
                    break;
                case var name when name.SequenceEqual("EncodingType"u8):
                    _page.IsUrlEncoded = Encoding.UTF8.GetString(_xml.Text()).Trim() == "url";
                    break;
                default:
                    _xml.Skip();
                    break;
            }

            // EncodingType may come after the keys.
            if (!_page.IsUrlEncoded)
                _encoded = _page.Entries.Count;
        }

        _xml.End();
        if (_page.IsUrlEncoded)
            DecodeEarlier();
        return _page;
    }

    private readonly void DecodeEarlier()
    {
        for (int i = 0; i < _encoded; i++)
            _page.Entries[i] = _page.Entries[i] with { Key = PercentEncoding.Decode(_page.Entries[i].Key) };
        if (_page.NextMarker is not null)
            _page.NextMarker = PercentEncoding.Decode(_page.NextMarker);
    }

    private ObjectEntry ReadObject()
    {
        string? key = null, storageClass = null, restore = null;
        StoreTag etag = default;
        long size = 0;
        DateTimeOffset modified = default;
        while (_xml.NextChild())
        {
            switch (_xml.Name)
            {
                case var name when name.SequenceEqual("Key"u8):
                    key = _page.IsUrlEncoded ? PercentEncoding.Decode(_xml.Text()) : Encoding.UTF8.GetString(_xml.Text());
                    break;
                case var name when name.SequenceEqual("Size"u8):
                    size = long.Parse(_xml.Text(), NumberStyles.Integer, CultureInfo.InvariantCulture);
                    break;
                case var name when name.SequenceEqual("ETag"u8):
                    etag = StoreTag.Of(_xml.Text().Trim("\" "u8));
                    break;
                case var name when name.SequenceEqual("LastModified"u8):
                    modified = ListingDates.Parse(_xml.Text());
                    break;
                case var name when name.SequenceEqual("StorageClass"u8):
                    storageClass = SameOrNew(_xml.Text());
                    break;
                case var name when name.SequenceEqual("RestoreInfo"u8):
                    restore = Encoding.UTF8.GetString(_xml.Text());
                    break;
                case var name when name.SequenceEqual("RestoreStatus"u8):
                    restore = ReadRestoreStatus();
                    break;
                default:
                    _xml.Skip();
                    break;
            }
        }

        return _make(new ListedObject(key ?? throw new XmlException("An entry of the listing has no key."), size, etag, modified, storageClass, restore));
    }

    private string? ReadRestoreStatus()
    {
        string? restore = null;
        while (_xml.NextChild())
        {
            if (_xml.Name.SequenceEqual("IsRestoreInProgress"u8))
                restore = _xml.Text().Trim(" \t\r\n"u8).SequenceEqual("true"u8) ? "restoring" : restore;
            else if (_xml.Name.SequenceEqual("RestoreExpiryDate"u8))
                restore = _xml.Text().Length > 0 ? "restored" : restore;
            else
                _xml.Skip();
        }

        return restore;
    }

    private string SameOrNew(ReadOnlySpan<byte> text)
        => _storageClass is not null && Ascii.Equals(text, _storageClass) ? _storageClass : _storageClass = Encoding.UTF8.GetString(text);
}
