using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

/// <summary>A fault with its place in the plan.</summary>
internal sealed class PlannedFault(StoreOperation operation, Fault fault, string? key, int skip, int times)
{
    private int _skip = skip;

    public Fault Fault { get; } = fault;

    public int Fired { get; private set; }

    public bool IsSpent => Fired >= times;

    public bool Matches(StoreOperation asked, string? askedKey) =>
        !IsSpent && operation == asked && (key is null || key == askedKey);

    /// <summary>Counts an occasion that fits; true when it is this fault's turn.</summary>
    public bool TakeTurn()
    {
        if (_skip > 0)
        {
            _skip--;
            return false;
        }

        Fired++;
        return true;
    }

    public override string ToString() => $"{operation} {key ?? "(any key)"}: {Fault}, fired {Fired} of {times}, {_skip} more to skip";
}
