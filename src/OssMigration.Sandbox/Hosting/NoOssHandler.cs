namespace OssMigration.Sandbox.Hosting;

/// <summary>Answers 501: stands where the OSS side is not part of the build.</summary>
internal sealed class NoOssHandler : ISideHandler
{
    /// <inheritdoc/>
    public Task HandleAsync(HttpContext context, Side side)
    {
        context.Response.StatusCode = StatusCodes.Status501NotImplemented;
        return Task.CompletedTask;
    }
}
