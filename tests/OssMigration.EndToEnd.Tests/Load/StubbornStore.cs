using System.Collections.Concurrent;
using OssMigration.Core.Stores;
using OssMigration.TestKit;

namespace OssMigration.EndToEnd.Tests.Load;

/// <summary>A destination that refuses each part so many times before it takes it.</summary>
internal sealed class StubbornStore(MemoryStore inner, int times) : StoreDecorator(inner)
{
    private readonly ConcurrentDictionary<int, int> _asked = new();

    /// <summary>How often each part was sent.</summary>
    public IEnumerable<int> Asked => _asked.Values;

    public override Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken)
        => _asked.AddOrUpdate(request.Number, 1, static (_, count) => count + 1) > times
            ? base.UploadPartAsync(request, cancellationToken)
            : throw new StoreException(StoreErrorKind.ServerError, DisplayName, "Planned by a test.") { Key = request.Key };
}
