using OssMigration.Sandbox.Business;

namespace OssMigration.Sandbox.Tests;

/// <summary>What the business chooses to do.</summary>
public sealed class BusinessModelTests
{
    private readonly BusinessModel _model = new(new BusinessPlan
    {
        Source = new BusinessPlace { Bucket = "s" },
        Destination = new BusinessPlace { Bucket = "o" },
        Reads = 0,
        Creates = 50,
        Overwrites = 50,
        Deletes = 0,
    });

    [Fact]
    public void What_was_new_while_existing_keys_were_frozen_is_not_overwritten_before_everything_has_arrived()
    {
        HashSet<string> early = [.. Do(BusinessPhase.Source, BusinessAction.Create)];
        HashSet<string> late = [.. Do(BusinessPhase.Frozen, BusinessAction.Create)];

        List<string> changed = Do(BusinessPhase.Oss, BusinessAction.Overwrite);

        Assert.Contains(changed, early.Contains);
        Assert.DoesNotContain(changed, late.Contains);
        Assert.Contains(Do(BusinessPhase.Settled, BusinessAction.Overwrite), late.Contains);
    }

    // The keys that one action of two hundred operations was for.
    private List<string> Do(BusinessPhase phase, BusinessAction action)
    {
        List<string> keys = [];
        for (int i = 0; i < 200; i++)
        {
            BusinessOperation operation = _model.Choose(phase);
            _model.Finish(operation, hasBegun: true, hasSucceeded: true);
            if (operation.Action == action)
                keys.Add(operation.Object.Key);
        }
        return keys;
    }
}
