using System.Diagnostics.Metrics;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Slices;

/// <summary>
/// What a coordinator can be watched by, as the meter <c>OssMigration.Sharing</c> with the tag <c>job</c>; the host chooses the exporter
/// (dotnet-counters, OpenTelemetry). Costs nothing while nobody listens.
/// </summary>
internal sealed class SharedMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "OssMigration.Sharing";

    private readonly Meter _meter = new(MeterName);
    private readonly KeyValuePair<string, object?> _job;
    private readonly Counter<long> _slices;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _redeliveries;
    private readonly Counter<long> _objects;
    private readonly Counter<long> _bytes;

    /// <summary>Begins to measure.</summary>
    public SharedMetrics(string jobName, Func<SharedStanding> standing)
    {
        _job = new KeyValuePair<string, object?>("job", jobName);
        _slices = _meter.CreateCounter<long>("ossmigration.slices", "{slice}", "Slices that count.");
        _duplicates = _meter.CreateCounter<long>("ossmigration.slices.duplicate", "{slice}", "Slices that came twice or late.");
        _redeliveries = _meter.CreateCounter<long>("ossmigration.orders.redelivered", "{order}", "Orders that were given out again.");
        _objects = _meter.CreateCounter<long>("ossmigration.objects", "{object}", "Objects with an outcome.");
        _bytes = _meter.CreateCounter<long>("ossmigration.copied", "By", "Listed sizes of objects that were copied.");
        Gauge("ossmigration.orders.waiting", "{order}", "Orders that nobody took yet.", now => now.Waiting);
        Gauge("ossmigration.slices.active", "{slice}", "Slices under way.", now => now.Working);
        Gauge("ossmigration.workers", "{worker}", "Workers that are heard.", now => now.Workers);
        Gauge("ossmigration.transfers.active", "{transfer}", "Reads and writes of content under way.", now => now.ActiveTransfers);

        void Gauge(string name, string unit, string description, Func<SharedStanding, long> value)
            => _meter.CreateObservableGauge(name, () => new Measurement<long>(value(standing()), _job), unit, description);
    }

    /// <summary>A slice counts.</summary>
    public void Count(ObjectCount done, ObjectCount copied)
    {
        _slices.Add(1, _job);
        _objects.Add(done.Objects, _job);
        _bytes.Add(copied.Bytes, _job);
    }

    /// <summary>A slice came twice or late.</summary>
    public void CountDuplicate() => _duplicates.Add(1, _job);

    /// <summary>An order came to nothing.</summary>
    public void CountRedelivery() => _redeliveries.Add(1, _job);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
