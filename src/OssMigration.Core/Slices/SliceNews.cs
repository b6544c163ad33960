namespace OssMigration.Core.Slices;

/// <summary>What a worker tells the coordinator.</summary>
public abstract record SliceNews
{
    private SliceNews()
    {
    }

    /// <summary>A slice was worked on.</summary>
    public sealed record Done(SliceResult Result) : SliceNews;

    /// <summary>
    /// An order came to nothing, or nobody knows what came of it: it was delivered twice, its worker gave up, or the store
    /// refused. The coordinator orders the range anew where it still stands there.
    /// </summary>
    /// <param name="Order">The order.</param>
    /// <param name="Reason">Why, in a sentence.</param>
    /// <param name="Code">The code of the listing error that stops the run, or null.</param>
    public sealed record Doubt(SliceOrder Order, string Reason, string? Code = null) : SliceNews;

    /// <summary>An upload was begun; told before its first part is sent, so that it is known should the worker die.</summary>
    public sealed record UploadBegun(int Run, int Range, SliceUpload Upload) : SliceNews;
}

/// <summary>News that came in.</summary>
/// <param name="News">What it says.</param>
/// <param name="Accept">To be called when the journal has it: it is not delivered again then.</param>
public sealed record IncomingNews(SliceNews News, Func<Task> Accept);
