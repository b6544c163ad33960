namespace OssMigration.Sandbox.Business;

/// <summary>What the business speaks to both sides: through the link for its work, directly to look at what is there.</summary>
internal sealed record BusinessClients(BusinessClient Source, BusinessClient Destination, BusinessClient SourceDirect, BusinessClient DestinationDirect) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Source.Dispose();
        Destination.Dispose();
        SourceDirect.Dispose();
        DestinationDirect.Dispose();
    }
}
