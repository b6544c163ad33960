using System.Globalization;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Business;

/// <summary>A key of the business and what it must hold. Guarded by the model that it belongs to.</summary>
internal sealed class BusinessObject(string key)
{
    /// <summary>The key without the prefix.</summary>
    public string Key => key;

    /// <summary>What it holds as far as is known; null for nothing.</summary>
    public ObjectContents? Contents { get; set; }

    /// <summary>Whether a change failed, so that it may hold <see cref="Attempted"/> instead.</summary>
    public bool IsUncertain { get; set; }

    /// <summary>What a failed change would have left; null for nothing.</summary>
    public ObjectContents? Attempted { get; set; }

    /// <summary>Whether the business wrote, overwrote or deleted it.</summary>
    public bool IsTouched { get; set; }

    /// <summary>How often it was written.</summary>
    public int Versions { get; set; }

    /// <summary>How many reads are under way.</summary>
    public int Readers { get; set; }

    /// <summary>Whether it was new at the old provider when existing keys were frozen, so that it may not have arrived at the switch.</summary>
    public bool IsLate { get; init; }

    /// <summary>Its place among the keys to choose from; -1 when it is not to be chosen.</summary>
    public int Place { get; set; } = -1;
}

/// <summary>An operation that is due.</summary>
/// <param name="Action">What it does.</param>
/// <param name="Object">To what.</param>
/// <param name="Contents">What it writes, or what it must read; null for a delete.</param>
/// <param name="IsHeldBack">Whether it is a read in the place of a change that is held back.</param>
internal sealed record BusinessOperation(BusinessAction Action, BusinessObject Object, ObjectContents? Contents, bool IsHeldBack);

/// <summary>
/// What every key must hold. A key is changed by one operation at a time, and never read while it is changed, so that what
/// a read must find is known. Safe for concurrent use.
/// </summary>
internal sealed class BusinessModel(BusinessPlan plan)
{
    private const int Attempts = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, BusinessObject> _objects = new(StringComparer.Ordinal);
    private readonly List<BusinessObject> _free = [];
    private readonly Random _random = new(plan.Seed);
    private int _created;

    /// <summary>How many keys can be chosen now.</summary>
    public int Free
    {
        get
        {
            lock (_gate)
                return _free.Count;
        }
    }

    /// <summary>Takes in an object that is there at the beginning.</summary>
    public void Add(ListedObject listed)
    {
        lock (_gate)
        {
            var known = new BusinessObject(listed.Key) { Contents = ObjectContents.Listed(listed) };
            _objects.Add(listed.Key, known);
            if (listed.Size <= plan.LargestReadBytes)
                Release(known);
        }
    }

    /// <summary>Draws a number from 0 to before 1.</summary>
    public double Draw()
    {
        lock (_gate)
            return _random.NextDouble();
    }

    /// <summary>Chooses what the next operation does, and reserves its key.</summary>
    public BusinessOperation Choose(BusinessPhase phase)
    {
        lock (_gate)
        {
            BusinessAction wanted = Action();
            bool isHeldBack = (wanted == BusinessAction.Delete && phase is (BusinessPhase.Frozen or BusinessPhase.Oss))
                || (wanted == BusinessAction.Overwrite && phase == BusinessPhase.Frozen);
            BusinessAction action = isHeldBack ? BusinessAction.Read : wanted;
            if (action is BusinessAction.Overwrite or BusinessAction.Delete && ToBeChanged(phase) is { } changed)
                return Change(action, changed);
            if (action == BusinessAction.Create || _free.Count == 0)
                return Change(BusinessAction.Create, NewObject(phase));
            BusinessObject read = _free[_random.Next(_free.Count)];
            read.Readers++;
            return new BusinessOperation(BusinessAction.Read, read, read.Contents, isHeldBack);
        }
    }

    /// <summary>Records how an operation ended and frees its key.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="hasBegun">Whether the store may have seen it.</param>
    /// <param name="hasSucceeded">Whether it is known to have succeeded.</param>
    public void Finish(BusinessOperation operation, bool hasBegun, bool hasSucceeded)
    {
        lock (_gate)
        {
            BusinessObject subject = operation.Object;
            if (operation.Action == BusinessAction.Read)
            {
                subject.Readers--;
                return;
            }
            if (hasSucceeded)
            {
                subject.Contents = operation.Contents;
                subject.IsTouched = true;
            }
            else if (hasBegun)
            {
                // Nobody knows what it holds now, so it is left alone from here on.
                subject.IsTouched = subject.IsUncertain = true;
                subject.Attempted = operation.Contents;
                return;
            }
            if (subject.Contents is not null)
                Release(subject);
        }
    }

    /// <summary>Keeps the MD5 of an object whose ETag did not tell it, from the first read at the beginning.</summary>
    public void Learn(BusinessObject subject, string md5)
    {
        lock (_gate)
        {
            if (subject.Contents is { Seed: null, Md5: null } contents)
                subject.Contents = contents with { Md5 = md5 };
        }
    }

    /// <summary>All keys that it knows, those that are deleted too.</summary>
    public IReadOnlyList<BusinessObject> All()
    {
        lock (_gate)
            return [.. _objects.Values];
    }

    private BusinessAction Action()
    {
        double at = _random.NextDouble() * plan.Weight;
        if (at < plan.Reads)
            return BusinessAction.Read;
        if (at < plan.Reads + plan.Creates)
            return BusinessAction.Create;
        return at < plan.Reads + plan.Creates + plan.Overwrites ? BusinessAction.Overwrite : BusinessAction.Delete;
    }

    private BusinessOperation Change(BusinessAction action, BusinessObject subject)
    {
        Reserve(subject);
        return new BusinessOperation(
            action, subject, action == BusinessAction.Delete ? null : ObjectContents.Written(plan, subject.Key, ++subject.Versions), IsHeldBack: false);
    }

    private BusinessObject NewObject(BusinessPhase phase)
    {
        BusinessObject created;
        do
        {
            // The hash spreads new keys over the whole key space.
            ulong spread = SyntheticContent.Mix((ulong)plan.Seed ^ ((ulong)++_created << 20));
            created = new BusinessObject(string.Create(CultureInfo.InvariantCulture, $"{spread:x16}-new-{_created}.bin")) { IsLate = phase == BusinessPhase.Frozen };
        }
        while (!_objects.TryAdd(created.Key, created));
        return created;
    }

    private BusinessObject? ToBeChanged(BusinessPhase phase)
    {
        for (int i = 0; i < Attempts && _free.Count > 0; i++)
        {
            BusinessObject candidate = _free[_random.Next(_free.Count)];
            if (candidate.Readers == 0 && !(candidate.IsLate && phase == BusinessPhase.Oss))
                return candidate;
        }
        return null;
    }

    private void Release(BusinessObject subject)
    {
        subject.Place = _free.Count;
        _free.Add(subject);
    }

    private void Reserve(BusinessObject subject)
    {
        if (subject.Place < 0)
            return;
        BusinessObject last = _free[^1];
        _free[subject.Place] = last;
        last.Place = subject.Place;
        _free.RemoveAt(_free.Count - 1);
        subject.Place = -1;
    }
}
