using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Issues;

/// <summary>
/// An upload that was begun twice, because an answer was lost, was forgotten where the store could not be asked for it at the end of its
/// object. Found by the fault matrix: abort, any fault that lasts.
/// </summary>
public sealed class ForgottenUploadTests
{
    [Theory]
    [InlineData(StoreOperation.Abort)]
    [InlineData(StoreOperation.ListUploads)]
    public async Task It_is_aborted_at_the_end_of_the_run_or_by_the_next_one(StoreOperation operation)
    {
        const int Attempts = 4;
        using EngineBench bench = new();
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        bench.FaultyDestination.Plan(StoreOperation.Initiate, Fault.LoseAnswer());

        // Once after the object, once at the end of the run.
        bench.FaultyDestination.Plan(operation, Fault.Throw(StoreErrorKind.Network), times: 2 * Attempts);
        bench.CreateForParts(job => job with { MaxAttempts = Attempts });

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Complete, 1), (first.Status, bench.Destination.OpenUploads));
        Assert.Contains(bench.Listener.Warnings, warning => warning.Message.StartsWith("An unfinished upload could not be aborted", StringComparison.Ordinal));
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L, 0), (second.Status, second.Skipped.Objects, bench.Destination.OpenUploads));
    }

    [Fact]
    public async Task A_store_that_does_not_let_us_look_for_it_is_not_asked_again_and_again()
    {
        using EngineBench bench = new();
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        bench.FaultyDestination.Plan(StoreOperation.ListUploads, Fault.Throw(StoreErrorKind.AccessDenied));
        bench.CreateForParts();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(RunStatus.Complete, report.Status);
        Assert.Empty(bench.Listener.Warnings);
    }
}
