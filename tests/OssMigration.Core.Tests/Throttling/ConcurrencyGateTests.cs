using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Throttling;
using Xunit;

namespace OssMigration.Core.Tests.Throttling;

/// <summary>What counts as under way.</summary>
public sealed class ConcurrencyGateTests
{
    [Fact]
    public async Task Who_waits_for_a_place_or_for_room_is_not_under_way()
    {
        ConcurrencyGate gate = new(most: 256, () => 1000, new FakeTimeProvider(), () => 3);
        ConcurrencyGate.Place first = await gate.EnterAsync(400, CancellationToken.None);
        ConcurrencyGate.Place second = await gate.EnterAsync(400, CancellationToken.None);
        Task<ConcurrencyGate.Place> withoutRoom = gate.EnterAsync(400, CancellationToken.None).AsTask();
        Task<ConcurrencyGate.Place> behindIt = gate.EnterAsync(1, CancellationToken.None).AsTask();
        Assert.Equal((2, false, false), (gate.Taken, withoutRoom.IsCompleted, behindIt.IsCompleted));

        first.Dispose();
        Assert.Equal(3, gate.Taken);
        (await withoutRoom).Dispose();
        (await behindIt).Dispose();
        second.Dispose();
        Assert.Equal(0, gate.Taken);
    }
}
