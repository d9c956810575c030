using Microsoft.AspNetCore.Http;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Http;

/// <summary>Answers who watches the daemon. Nothing here changes anything, and nothing names a person.</summary>
internal sealed class HttpEndpoints
{
    private delegate ValueTask<Answer> Serve(CancellationToken cancellationToken);

    private readonly record struct Answer(int Status, string ContentType, string Text);

    private readonly Dictionary<string, Serve> pages;
    private readonly DaemonLog log;

    public HttpEndpoints(MetricsPage metrics, Func<Readiness> readiness, DaemonLog log)
    {
        this.log = log;
        pages = new(StringComparer.Ordinal)
        {
            ["/metrics"] = _ => new(new Answer(StatusCodes.Status200OK, PrometheusText.ContentType, metrics.Read())),
            ["/health/live"] = static _ => new(new Answer(StatusCodes.Status200OK, Json, Readiness.Alive.ToJson())),
            ["/health/ready"] = _ => new(Of(readiness())),
        };
    }

    private const string Json = "application/json";

    /// <summary>Answers one request of a connection that has a peer. Paths are exact; a query is ignored.</summary>
    public async Task HandleAsync(HttpContext context, HttpPeer peer)
    {
        if (!pages.TryGetValue(context.Request.Path.Value ?? "", out var serve))
        {
            await WriteAsync(context, new Answer(StatusCodes.Status404NotFound, "text/plain", "there are: " + string.Join(' ', pages.Keys.Order(StringComparer.Ordinal)) + "\n"));
        }
        else if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            await WriteAsync(context, new Answer(StatusCodes.Status405MethodNotAllowed, "text/plain", "asked by GET\n"));
        }
        else
        {
            await ServeAsync(context, peer, serve);
        }
    }

    private async Task ServeAsync(HttpContext context, HttpPeer peer, Serve serve)
    {
        try
        {
            await WriteAsync(context, await serve(context.RequestAborted));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The peer has gone: there is nobody to answer.
        }
        catch (Exception exception)
        {
            log.SessionFault(HttpFront.Protocol, peer.Name, exception);
            context.Abort();
        }
    }

    private static Answer Of(Readiness readiness) =>
        new(readiness.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, Json, readiness.ToJson());

    private static Task WriteAsync(HttpContext context, Answer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(answer.Text, context.RequestAborted);
    }
}
