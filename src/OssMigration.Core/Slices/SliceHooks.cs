using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Listing;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Slices;

/// <summary>Where a slice departs from a run of its own.</summary>
/// <param name="Walks">Ends the walks early.</param>
/// <param name="Memory">The memory that all slices of the worker share.</param>
/// <param name="UploadBegun">Told of an upload with its id, before its first part is sent.</param>
internal sealed record SliceHooks(Func<IKeyWalks, IKeyWalks> Walks, MemoryBudget Memory, Func<UploadRow, Task> UploadBegun)
{
    /// <summary>A slice is the beginning of one range: the coordinator cuts ranges, not its workers.</summary>
    public static RangeBoardOptions OneRange { get; } = new() { MostAtATime = 1 };
}
