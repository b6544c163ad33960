using System.Globalization;
using System.Security;
using System.Text;
using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

public sealed partial class OssStore
{
    /// <inheritdoc/>
    public async Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken)
    {
        RequireSize(request.Key, request.Body.Length, Limits.MaxSinglePutBytes, "one PUT");
        OssRequest put = Request(HttpMethod.Put, request.Key, request.Body);
        _headers.Write(put, request.Metadata);
        OssHeaders.WriteForbidOverwrite(put, request.ForbidOverwrite);
        OssHeaders.WriteMd5(put, request.Md5);
        using HttpAnswer answer = await _client.SendAsync(put, cancellationToken).ConfigureAwait(false);
        return new PutResult(_headers.ETag(answer, request.Key), OssHeaders.Crc64(answer)) { VersionId = answer.Header(OssHeaders.VersionId) };
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            using HttpAnswer answer = await _client.SendAsync(Request(HttpMethod.Delete, key), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.NotFound)
        {
            // OSS itself answers 204; compatible servers may not.
        }
    }

    /// <inheritdoc/>
    public async Task<string> InitiateAsync(InitiateRequest request, CancellationToken cancellationToken)
    {
        OssRequest initiate = Request(HttpMethod.Post, request.Key, Stream.Null).With("uploads").With("encoding-type", "url");
        _headers.Write(initiate, request.Metadata);
        OssHeaders.WriteForbidOverwrite(initiate, request.ForbidOverwrite);
        using HttpAnswer answer = await _client.SendAsync(initiate, cancellationToken).ConfigureAwait(false);
        XElement result = await ReadXmlAsync(answer, initiate).ConfigureAwait(false);
        return result.Text("UploadId") is { Length: > 0 } id ? id : throw AnswerXml.NotUnderstood(DisplayName, request.Key, null);
    }

    /// <inheritdoc/>
    public async Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken)
    {
        long size = request.Body.Length;
        RequireSize(request.Key, size, Limits.MaxPartBytes, "one part");
        OssRequest put = Request(HttpMethod.Put, request.Key, request.Body)
            .With("partNumber", request.Number.ToString(CultureInfo.InvariantCulture))
            .With("uploadId", request.UploadId);
        using HttpAnswer answer = await _client.SendAsync(put, cancellationToken).ConfigureAwait(false);
        return new UploadedPart(request.Number, _headers.ETag(answer, request.Key), OssHeaders.Crc64(answer), size);
    }

    /// <inheritdoc/>
    public async Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken)
    {
        StringBuilder parts = new("<CompleteMultipartUpload>");
        foreach (UploadedPart part in request.Parts)
        {
            parts.Append(CultureInfo.InvariantCulture, $"<Part><PartNumber>{part.Number}</PartNumber>")
                .Append("<ETag>\"").Append(SecurityElement.Escape(part.ETag)).Append("\"</ETag></Part>");
        }

        parts.Append("</CompleteMultipartUpload>");
        using MemoryStream body = new(Encoding.UTF8.GetBytes(parts.ToString()));
        OssRequest complete = Request(HttpMethod.Post, request.Key, body)
            .With("uploadId", request.UploadId)
            .With("encoding-type", "url")
            .WithHeader("content-type", "application/xml");
        OssHeaders.WriteForbidOverwrite(complete, request.ForbidOverwrite);
        using HttpAnswer answer = await _client.SendAsync(complete, cancellationToken).ConfigureAwait(false);
        XElement result = await ReadXmlAsync(answer, complete).ConfigureAwait(false);
        string etag = result.Text("ETag")?.Trim('"', ' ') is { Length: > 0 } given ? given : _headers.ETag(answer, request.Key);
        return new PutResult(etag, OssHeaders.Crc64(answer)) { VersionId = answer.Header(OssHeaders.VersionId) };
    }

    /// <inheritdoc/>
    public async Task AbortAsync(string key, string uploadId, CancellationToken cancellationToken)
    {
        OssRequest abort = Request(HttpMethod.Delete, key).With("uploadId", uploadId);
        try
        {
            using HttpAnswer answer = await _client.SendAsync(abort, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException error) when (error.Kind is StoreErrorKind.NoSuchUpload or StoreErrorKind.NotFound)
        {
            // Dropped or completed already.
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpenUpload>> ListUploadsAsync(string keyPrefix, CancellationToken cancellationToken)
    {
        List<OpenUpload> uploads = [];
        string keyMarker = "", idMarker = "";
        while (true)
        {
            OssRequest list = Request(HttpMethod.Get, null)
                .With("uploads")
                .With("encoding-type", "url")
                .With("max-uploads", "1000");
            if (keyPrefix.Length > 0)
                list.With("prefix", InUtf8(keyPrefix));
            if (keyMarker.Length > 0)
                list.With("key-marker", keyMarker).With("upload-id-marker", idMarker);
            using HttpAnswer answer = await _client.SendAsync(list, cancellationToken).ConfigureAwait(false);
            XElement page = await ReadXmlAsync(answer, list).ConfigureAwait(false);
            bool isEncoded = page.Text("EncodingType") == "url";
            AddUploads(uploads, page, isEncoded);
            if (page.Text("IsTruncated")?.Trim() == "false")
                return uploads;
            string nextKey = Decoded(page.Text("NextKeyMarker"), isEncoded), nextId = page.Text("NextUploadIdMarker") ?? "";
            if (page.Text("IsTruncated")?.Trim() != "true" || nextKey.Length == 0 || (nextKey == keyMarker && nextId == idMarker))
                throw AnswerXml.NotUnderstood(DisplayName, null, null);
            (keyMarker, idMarker) = (nextKey, nextId);
        }
    }

    private void AddUploads(List<OpenUpload> uploads, XElement page, bool isEncoded)
    {
        foreach (XElement upload in page.Elements())
        {
            if (upload.Name.LocalName != "Upload")
                continue;
            if (upload.Text("UploadId") is not { Length: > 0 } id
                || !DateTimeOffset.TryParse(upload.Text("Initiated"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset initiated))
                throw AnswerXml.NotUnderstood(DisplayName, null, null);
            uploads.Add(new OpenUpload(Decoded(upload.Text("Key"), isEncoded), id, initiated));
        }
    }

    private static string Decoded(string? text, bool isEncoded) => text is null ? "" : isEncoded ? PercentEncoding.Decode(text) : text;

    private async Task<XElement> ReadXmlAsync(HttpAnswer answer, OssRequest request)
    {
        using PooledBody body = await answer.ReadBodyAsync(MaxAnswerBytes).ConfigureAwait(false);
        XElement root = AnswerXml.Load(body, DisplayName, request.Key);
        return root.Name.LocalName == "Error" ? throw _client.ErrorIn(answer, root, request) : root;
    }

    private void RequireSize(string key, long size, long most, string what)
    {
        if (size > most)
            throw new StoreException(StoreErrorKind.InvalidRequest, DisplayName, $"{size} bytes are too many for {what}; OSS takes {most}.") { Key = key };
    }
}
