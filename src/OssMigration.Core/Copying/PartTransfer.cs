using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Copying;

/// <summary>Moves the parts of one upload, several at a time.</summary>
internal sealed class PartTransfer
{
    private readonly CopyContext _context;
    private readonly ObjectHead _head;
    private readonly PartPlan _plan;
    private readonly string _uploadId;
    private readonly UploadedPart?[] _parts;
    private readonly ulong[] _crcs;
    private readonly DeclaredChecksum? _declared;
    private readonly ulong[] _declaredCrcs;
    private int _next = -1;

    /// <summary>Prepares the transfer of what is not finished yet.</summary>
    public PartTransfer(CopyContext context, ObjectHead head, PartPlan plan, string uploadId, IReadOnlyList<FinishedPart> finished)
    {
        _context = context;
        _head = head;
        _plan = plan;
        _uploadId = uploadId;
        _parts = new UploadedPart?[plan.Count];
        _crcs = new ulong[plan.Count];
        _declared = StreamChecksum.CheapestCombinable(head.Checksums);
        _declaredCrcs = new ulong[plan.Count];
        foreach (FinishedPart known in finished)
            Take(known);
    }

    /// <summary>CRC-64/XZ of the whole object, combined from its parts; valid after <see cref="RunAsync"/>.</summary>
    public ulong Crc64 { get; private set; }

    /// <summary>Whether the content has the checksum that the source declares, true where it declares none; valid after <see cref="RunAsync"/>.</summary>
    public bool HasDeclaredChecksum { get; private set; }

    /// <summary>Moves all parts and returns them in order.</summary>
    public async Task<IReadOnlyList<UploadedPart>> RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource failure = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] movers = new Task[Math.Min(_context.PartsAtATime, _plan.Count)];
        for (int i = 0; i < movers.Length; i++)
            movers[i] = MoveAsync(failure);
        await AllOrFirstFailure(movers).ConfigureAwait(false);

        for (int i = 0; i < _plan.Count; i++)
            Crc64 = Copying.Crc64.Combine(Crc64, _crcs[i], _plan.RangeOf(i + 1).Length);
        HasDeclaredChecksum = MatchesDeclared() && (_head.Crc64 is not { } stored || stored == Crc64);
        return [.. _parts.Select(part => part!)];
    }

    // A part of which not all is known that proves the whole is sent again.
    private void Take(FinishedPart known)
    {
        (UploadedPart part, ulong? declaredCrc) = known;
        if (part.Number > _plan.Count || part.Size != _plan.RangeOf(part.Number).Length)
            return;
        if (part.Crc64 is not { } crc || (_declared is not null && declaredCrc is null))
            return;
        _parts[part.Number - 1] = part;
        _crcs[part.Number - 1] = crc;
        _declaredCrcs[part.Number - 1] = declaredCrc ?? 0;
    }

    // Siblings are cancelled by the first failure; that one is the news, not their cancellation.
    private static async Task AllOrFirstFailure(Task[] movers)
    {
        try
        {
            await Task.WhenAll(movers).ConfigureAwait(false);
        }
        catch (Exception) when (movers.FirstOrDefault(mover => mover.IsFaulted) is { } failed)
        {
            await failed.ConfigureAwait(false);
        }
    }

    private async Task MoveAsync(CancellationTokenSource failure)
    {
        try
        {
            while (Interlocked.Increment(ref _next) is var index && index < _plan.Count)
            {
                if (_parts[index] is null)
                    await MoveOneAsync(index, failure.Token).ConfigureAwait(false);
            }
        }
        catch
        {
            await failure.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task MoveOneAsync(int index, CancellationToken cancellationToken)
    {
        ByteRange range = _plan.RangeOf(index + 1);
        UploadedPart part;
        await _context.Pace.Pause.WaitAsync(cancellationToken).ConfigureAwait(false);
        using (await _context.Memory.AcquireAsync(BlockPool.Footprint(range.Length), cancellationToken).ConfigureAwait(false))
            part = await CopyPartAsync(index, range, cancellationToken).ConfigureAwait(false);

        await _context.Uploads.AddPartAsync(_head.Entry.Key, new FinishedPart(part, _declared is null ? null : _declaredCrcs[index])).ConfigureAwait(false);
        _parts[index] = part;
    }

    private async Task<UploadedPart> CopyPartAsync(int index, ByteRange range, CancellationToken cancellationToken)
    {
        using BlockBuffer content = new(_context.Blocks);
        await using Relay<UploadedPart> relay = new(content);
        using (await _context.Reads.EnterAsync(range.Length, cancellationToken).ConfigureAwait(false))
            await ReadPartAsync(index, range, content, relay, cancellationToken).ConfigureAwait(false);

        UploadedPart part = await (relay.Writing ?? SendPartAsync(index, content, content.OpenRead(), cancellationToken)).ConfigureAwait(false);
        _crcs[index] = content.Crc64;
        return part with { Crc64 = content.Crc64 };
    }

    private async Task<UploadedPart> SendPartAsync(int index, BlockBuffer content, Stream body, CancellationToken cancellationToken)
    {
        UploadPartRequest request = new(_head.Entry.Key, _uploadId, index + 1, body) { Expected = content };
        using (await _context.Writes.EnterAsync(body.Length, cancellationToken).ConfigureAwait(false))
            return await _context.Destination.UploadPartAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private Task<ObjectHead> ReadPartAsync(int index, ByteRange range, BlockBuffer content, Relay<UploadedPart> relay, CancellationToken cancellationToken)
        => _context.Source.ReadPinnedAsync(
            _head.Entry,
            range,
            async (answer, token) =>
            {
                await relay.GiveUpAsync().ConfigureAwait(false);
                relay.Begin(range.Length, (body, giveUp) => SendPartAsync(index, content, body, giveUp), cancellationToken);
                try
                {
                    using StreamChecksum? checksum = _declared is null ? null : new StreamChecksum(_declared.Algorithm);
                    await content.FillAsync(answer.Body, range.Length, checksum, _context.Source.DisplayName, token).ConfigureAwait(false);
                    if (checksum is not null)
                        _declaredCrcs[index] = checksum.Crc;
                }
                catch
                {
                    await relay.GiveUpAsync().ConfigureAwait(false);
                    throw;
                }

                content.Finish();
                return answer.Head;
            },
            cancellationToken);

    private bool MatchesDeclared()
    {
        if (_declared is null)
            return true;
        using StreamChecksum whole = new(_declared.Algorithm);
        for (int i = 0; i < _plan.Count; i++)
            whole.Join(_declaredCrcs[i], _plan.RangeOf(i + 1).Length);
        return whole.Matches(_declared);
    }
}
