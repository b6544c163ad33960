using OssMigration.Sandbox.Hosting;

namespace OssMigration.Sandbox.S3;

internal sealed class S3Handler : ISideHandler
{
    public Task HandleAsync(HttpContext context, Side side)
    {
        context.Response.StatusCode = 501;
        return Task.CompletedTask;
    }
}
