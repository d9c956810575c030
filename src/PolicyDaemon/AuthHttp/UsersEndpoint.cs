using System.Text;
using Microsoft.AspNetCore.Http;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.AuthHttp;

/// <summary>Who has a mailbox? Asked by the shipped Lua script for <c>doveadm user '*'</c> and all of <c>doveadm -A</c>.</summary>
/// <remarks>
/// One line for each user, and a last one without which the list is not complete: it is sent while it is read, so that when a source breaks off
/// it is too late for a status.
/// </remarks>
/// <param name="userdb">Of the moment.</param>
internal sealed class UsersEndpoint(Func<IUserdb> userdb)
{
    public const string Path = "/users";

    public async Task ServeAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain";
        await foreach (var user in userdb().ListAsync(context.RequestAborted))
        {
            if (!user.IsFound)
            {
                await BreakOffAsync(context);
                return;
            }

            await WriteAsync(context, $"user={Uri.EscapeDataString(user.Value)}\n");
        }

        await WriteAsync(context, "complete=yes\n");
    }

    private static async Task BreakOffAsync(HttpContext context)
    {
        if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        await WriteAsync(context, "complete=no\n");
    }

    private static async Task WriteAsync(HttpContext context, string line) =>
        await context.Response.BodyWriter.WriteAsync(Encoding.ASCII.GetBytes(line), context.RequestAborted);
}
