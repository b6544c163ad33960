using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Mirroring;

/// <summary>Proves mirroring rules by fetching an object through them. Holds nothing; thread-safe.</summary>
public sealed class MirrorTester : IMirrorTester
{
    private readonly EngineEnvironment _environment;
    private readonly IOriginProbe _probe;

    /// <summary>Makes a tester over real origins.</summary>
    public MirrorTester(EngineEnvironment environment)
        : this(environment, new HttpOriginProbe())
    {
    }

    /// <summary>Makes a tester that asks origins otherwise.</summary>
    internal MirrorTester(EngineEnvironment environment, IOriginProbe probe)
    {
        _environment = environment;
        _probe = probe;
    }

    /// <inheritdoc/>
    public async Task<MirrorTest> TestAsync(MirrorTestRequest request, IRunListener listener, CancellationToken cancellationToken)
    {
        await using OpenedBucket source = request.CreateProbe
            ? OpenedBucket.ForWriting(_environment, request.Source, request.Credentials.Source, listener)
            : OpenedBucket.ForReading(_environment, request.Source, request.Credentials.Source, listener);
        await using OpenedBucket destination = request.CreateProbe
            ? OpenedBucket.ForWriting(_environment, request.Destination, request.Credentials.Destination, listener)
            : OpenedBucket.ForReading(_environment, request.Destination, request.Credentials.Destination, listener);
        return await new MirrorTestRun(_environment, _probe, request, source, destination).RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
