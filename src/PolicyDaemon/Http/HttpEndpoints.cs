using Microsoft.AspNetCore.Http;
using PolicyDaemon.Http.Peers;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Http;

/// <summary>Answers who watches the daemon. Nothing here changes anything, and nothing names a person.</summary>
internal sealed class HttpEndpoints
{
    private delegate ValueTask<Answer> Serve(CancellationToken cancellationToken);

    private readonly record struct Answer(int Status, string ContentType, string Text);

    private readonly Dictionary<string, Serve> pages;
    private readonly DaemonLog log;

    public HttpEndpoints(MetricsPage metrics, Func<Readiness> readiness, PeerChecks peers, DaemonLog log)
    {
        this.log = log;
        pages = new(StringComparer.Ordinal)
        {
            ["/metrics"] = _ => new(Read(metrics, peers)),
            ["/health/live"] = static _ => new(new Answer(StatusCodes.Status200OK, Json, Readiness.Alive.ToJson())),
            ["/health/ready"] = _ => new(Of(readiness())),
        };
        foreach (var name in PeerNames.All) pages[$"/health/{name}"] = async token => Of(name, await peers.CheckAsync(name, token));
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

    /// <summary>The page has what was found out of the peers before; for the next one they are talked to meanwhile.</summary>
    private static Answer Read(MetricsPage metrics, PeerChecks peers)
    {
        peers.Refresh();
        return new Answer(StatusCodes.Status200OK, PrometheusText.ContentType, metrics.Read());
    }

    private static Answer Of(Readiness readiness) => new(StatusOf(readiness.State), Json, readiness.ToJson());

    private static Answer Of(string name, PeerReport? report) => report is null
        ? new Answer(StatusCodes.Status404NotFound, "text/plain", $"{PeerNames.KeyOf(name)} is not set: there is nobody to ask\n")
        : new Answer(StatusOf(report.State), Json, report.ToJson());

    private static int StatusOf(PartState state) => state == PartState.Failing ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;

    private static Task WriteAsync(HttpContext context, Answer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(answer.Text, context.RequestAborted);
    }
}
