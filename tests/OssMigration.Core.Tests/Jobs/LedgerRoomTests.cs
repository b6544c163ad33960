using OssMigration.Core.Jobs;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

public sealed class LedgerRoomTests
{
    [Fact]
    public void All_ranges_together_stay_within_their_bound_and_one_alone_has_its_whole_window()
    {
        LedgerRoom room = new();
        Assert.Equal(LedgerRoom.MostOfRange, room.OfRange);
        for (int ranges = 1; ranges <= 64; ranges++)
        {
            room.Open();
            Assert.InRange(room.OfRange, 1_000, LedgerRoom.MostOfRange);
            Assert.InRange(ranges * (long)room.OfRange, 1, LedgerRoom.MostOfAll);
        }

        for (int ranges = 64; ranges > 1; ranges--)
            room.Close();
        Assert.Equal(LedgerRoom.MostOfRange, room.OfRange);
    }
}
