namespace OssMigration.Core.Stores;

/// <summary>How fast an archived object is brought back, and so what it costs. Which there are depends on the store and the class.</summary>
public enum RestoreTier
{
    /// <summary>Hours. The store's default.</summary>
    Standard,

    /// <summary>Minutes, and dear; not for the deepest archives.</summary>
    Expedited,

    /// <summary>Half a day to two days, and cheap or free.</summary>
    Bulk,
}

/// <summary>What came of a request to restore an object.</summary>
public enum RestoreAnswer
{
    /// <summary>It has begun.</summary>
    Begun,

    /// <summary>An earlier request is being worked on.</summary>
    UnderWay,

    /// <summary>The object can be read now; its time was prolonged.</summary>
    Readable,
}

/// <summary>Capability: brings archived objects back for some days. Errors as for <see cref="IObjectReader"/>.</summary>
public interface IObjectRestorer
{
    /// <summary>Asks for it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="days">For how many days the object is to be readable, at least 1.</param>
    /// <param name="tier">How fast.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<RestoreAnswer> RestoreAsync(string key, int days, RestoreTier tier, CancellationToken cancellationToken);
}
