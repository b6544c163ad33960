using OssMigration.Core.Stores;

namespace OssMigration.Stores.Oss;

/// <summary>One of the two signatures of OSS.</summary>
internal interface IOssSigner
{
    /// <summary>Adds date, token and Authorization to the headers of a request, in place of earlier ones.</summary>
    /// <param name="request">The request; nothing that is signed may change afterwards.</param>
    /// <param name="credential">The keys.</param>
    /// <param name="now">The time by the server's clock.</param>
    void Sign(OssRequest request, StoreCredential credential, DateTimeOffset now);

    /// <summary>The encoded query of a presigned URL. Whoever uses it sends the signed headers unchanged.</summary>
    /// <param name="request">The request; it is not changed.</param>
    /// <param name="credential">The keys.</param>
    /// <param name="now">The time by the server's clock.</param>
    /// <param name="lifetime">How long it works, in whole seconds.</param>
    string Presign(OssRequest request, StoreCredential credential, DateTimeOffset now, TimeSpan lifetime);
}
