using Microsoft.AspNetCore.Http;
using OssMigration.Sandbox.Hosting;

namespace OssMigration.Sandbox.Tests;

/// <summary>Answers 501: stands for the OSS side where a test is about S3 only.</summary>
internal sealed class NoOssHandler : ISideHandler
{
    /// <inheritdoc/>
    public Task HandleAsync(HttpContext context, Side side)
    {
        context.Response.StatusCode = StatusCodes.Status501NotImplemented;
        return Task.CompletedTask;
    }
}
