using OssMigration.Core.Comparing;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>
/// Objects whose content this job found at the destination and did not write (the mirror brought them): compares headers
/// and user metadata with the source's and puts right what was not kept, by copying the object onto itself while its ETag is
/// the known one. Where the job does not want that, it says once that it could. Thread-safe.
/// </summary>
internal sealed class MetadataRepair(CopyContext context)
{
    private const int MostLooks = 16;

    private int _looks;
    private int _told;

    /// <summary>Compares and repairs one object.</summary>
    /// <param name="entry">The source object as listed.</param>
    /// <param name="settled">What is known of both ends; the content is settled in any case.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<TransferOutcome> RunAsync(ObjectEntry entry, SettledEntry settled, CancellationToken cancellationToken)
    {
        ObjectHead? source = await context.Source.HeadAsync(entry.Key, cancellationToken).ConfigureAwait(false);
        ObjectHead? standing = await context.Destination.HeadAsync(entry.Key, cancellationToken).ConfigureAwait(false);

        // What changed since the listing is the next run's.
        bool isAsListed = source is not null && source.Entry.Version == entry.Version
            && standing is not null && Identity.SameETag(standing.Entry.ETag, settled.DestinationETag);
        if (!isAsListed || context.Metadata is null)
            return new TransferOutcome.Skipped(settled);
        if (SourceStamp.IsOn(standing!))
            return new TransferOutcome.Skipped(settled with { Proof = ProofKind.Stamp });
        Translation translation = await context.Translator.ForeseeAsync(source!, cancellationToken).ConfigureAwait(false);
        if (translation.Marks.Findings is not null && translation.Marks.IsRefused)
            return Left(settled, "NotTranslatable", translation.Marks.WhyRefused);
        if (MetadataDifference.Repair(translation.Metadata, standing!) is not { } repaired)
            return new TransferOutcome.Skipped(settled with { Proof = ProofKind.FoundWhole });
        if (entry.Size > context.Destination.Limits.MaxCopyBytes)
        {
            return Left(settled, "TooLargeToRepair", $"Headers or user metadata differ, and the destination copies at most {context.Destination.Limits.MaxCopyBytes} bytes in one request.");
        }

        return await WriteAsync(entry, settled, SourceStamp.Apply(repaired, source!.Entry, standing!.Crc64), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The outcome of an object that was found by a look at both ends.</summary>
    public async Task<TransferOutcome> WhenFoundAsync(ObjectEntry entry, SettledEntry found, ObjectHead standing, CancellationToken cancellationToken)
    {
        if (context.Metadata is not null)
            return await RunAsync(entry, found, cancellationToken).ConfigureAwait(false);
        if (!SourceStamp.IsOn(standing) && Volatile.Read(ref _told) == 0 && Interlocked.Increment(ref _looks) <= MostLooks)
            await LookAsync(entry, standing, cancellationToken).ConfigureAwait(false);
        return new TransferOutcome.Skipped(found);
    }

    private async Task<TransferOutcome> WriteAsync(ObjectEntry entry, SettledEntry settled, ObjectMetadata metadata, CancellationToken cancellationToken)
    {
        try
        {
            PutResult written = await context.Metadata!.ReplaceMetadataAsync(entry.Key, settled.DestinationETag, metadata, cancellationToken).ConfigureAwait(false);
            SettledEntry now = settled with { DestinationETag = written.ETag, Crc64 = written.Crc64 ?? settled.Crc64, Proof = ProofKind.Stamp };
            return new TransferOutcome.Skipped(now) { IsMetadataRepaired = true };
        }
        catch (StoreException exception) when (exception.Kind is StoreErrorKind.Changed or StoreErrorKind.NotFound)
        {
            return new TransferOutcome.Skipped(settled);
        }
        catch (StoreException exception) when (!exception.StopsJob)
        {
            return Left(settled, exception.Kind.ToString(), $"Headers or user metadata differ and could not be repaired. {exception.Describe()}");
        }
    }

    // A few looks are enough to know whether the mirror keeps metadata, and one difference is enough to say so.
    private async Task LookAsync(ObjectEntry entry, ObjectHead standing, CancellationToken cancellationToken)
    {
        ObjectHead? source;
        try
        {
            source = await context.Source.HeadAsync(entry.Key, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (!exception.StopsJob)
        {
            return;
        }

        if (source is null || MetadataDifference.Repair(context.Translator.WithoutRequest(source), standing) is null || Interlocked.Exchange(ref _told, 1) == 1)
            return;
        context.OnEvent(new RunEvent(
            EventLevel.Warning,
            "Objects that this job did not write (the mirror brought them) lack headers or user metadata of the source. Set-MigrationJob -RepairMetadata puts them right with the next run; read what it says about writes of the business first."));
    }

    private static TransferOutcome.Exceptional Left(SettledEntry settled, string kind, string message)
        => new(MigrationItemState.MetadataDiffers, kind, message) { Remembered = settled };
}
