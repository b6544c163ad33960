namespace OssMigration.Sandbox.Hosting;
internal sealed class AdminApi(Side s3, Side oss)
{
    public async Task HandleAsync(HttpContext context)
    {
        context.Response.StatusCode = 404;
        await context.Response.WriteAsync(s3.Name + oss.Name);
    }
}
