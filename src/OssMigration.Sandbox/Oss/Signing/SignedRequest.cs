using Microsoft.AspNetCore.Http;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Signing;

/// <summary>What a signature is computed from: the request as the server understood it, whatever URL style carried it.</summary>
/// <param name="Method">Upper-case verb.</param>
/// <param name="Bucket">Bucket, or null for a request to the service.</param>
/// <param name="Key">Decoded object key, or null for a request to the bucket.</param>
/// <param name="Query">The query.</param>
/// <param name="Headers">Headers as received.</param>
internal sealed record SignedRequest(string Method, string? Bucket, string? Key, RequestTarget Query, IHeaderDictionary Headers);
