using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Reporting.Export;

/// <summary>What one run says of its keys, in key order: its part of the manifest joined with its items.</summary>
internal sealed class RunKeys(int run, IAsyncEnumerator<SettledEntry> settled, IEnumerator<MigrationItem> items) : IAsyncDisposable
{
    private SettledEntry? _settled;
    private MigrationItem? _item;
    private bool _isBegun;

    /// <summary>The run.</summary>
    public int Run => run;

    /// <summary>What it says of the key that it stands at.</summary>
    public ObjectRow Current { get; private set; }

    /// <summary>Goes on to the next key; false where there is none.</summary>
    public async ValueTask<bool> MoveNextAsync()
    {
        if (!_isBegun || _settled?.Key == Current.Key)
            _settled = await settled.MoveNextAsync().ConfigureAwait(false) ? settled.Current : null;
        if (!_isBegun || _item?.Key == Current.Key)
            _item = items.MoveNext() ? items.Current : null;
        _isBegun = true;
        if (_settled is null && _item is null)
            return false;
        int order = _settled is null ? 1 : _item is null ? -1 : KeyOrder.CompareKeys(_settled.Key, _item.Key);
        Current = new ObjectRow(order <= 0 ? _settled!.Key : _item!.Key, run, order <= 0 ? _settled : null, order >= 0 ? _item : null);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        items.Dispose();
        await settled.DisposeAsync().ConfigureAwait(false);
    }
}
