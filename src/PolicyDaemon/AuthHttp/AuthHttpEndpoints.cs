using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Guessing;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Wire.DovecotAuth;

namespace PolicyDaemon.AuthHttp;

/// <summary>Serves what Dovecot's own auth process asks over HTTP, to who knows the secret.</summary>
/// <remarks>
/// Who does not know it gets 401 and learns nothing, not even which paths there are. What is no request is 400. Either ends the connection, with
/// one warning.
/// </remarks>
internal sealed class AuthHttpEndpoints
{
    private readonly Dictionary<string, (string Method, RequestDelegate Serve)> endpoints;
    private readonly SharedSecret secret;
    private readonly DaemonLog log;

    public AuthHttpEndpoints(SharedSecret secret, Authenticate authenticate, Func<IUserdb> userdb, ReportedLogins reports, DaemonLog log)
    {
        this.secret = secret;
        this.log = log;
        endpoints = new(StringComparer.Ordinal)
        {
            [PassdbEndpoint.Path] = (HttpMethods.Post, new PassdbEndpoint(authenticate).ServeAsync),
            [UserdbEndpoint.Path] = (HttpMethods.Post, new UserdbEndpoint(userdb).ServeAsync),
            [UsersEndpoint.Path] = (HttpMethods.Get, new UsersEndpoint(userdb).ServeAsync),
            [AuthPolicyEndpoint.Path] = (HttpMethods.Post, new AuthPolicyEndpoint(reports).ServeAsync),
        };
    }

    /// <summary>Answers one request of a connection that has a peer.</summary>
    public async Task HandleAsync(HttpContext context, AuthHttpPeer peer)
    {
        if (!secret.Matches(context.Request.Headers[SharedSecret.Header]))
        {
            log.PeerRefused(AuthHttpListener.Protocol, peer.Name, context.Request.Headers.ContainsKey(SharedSecret.Header) ? "wrong secret" : "no secret");
            End(context, StatusCodes.Status401Unauthorized);
        }
        else if (!endpoints.TryGetValue(context.Request.Path.Value ?? "", out var endpoint))
        {
            Refuse(context, peer, StatusCodes.Status404NotFound, "no such path");
        }
        else if (!HttpMethods.Equals(context.Request.Method, endpoint.Method))
        {
            Refuse(context, peer, StatusCodes.Status405MethodNotAllowed, $"asked by another method than {endpoint.Method}");
        }
        else
        {
            await ServeAsync(context, peer, endpoint.Serve);
        }
    }

    private async Task ServeAsync(HttpContext context, AuthHttpPeer peer, RequestDelegate serve)
    {
        try
        {
            await serve(context);
        }
        catch (MalformedRequestException exception)
        {
            Refuse(context, peer, StatusCodes.Status400BadRequest, exception.Message);
        }
        catch (JsonException)
        {
            Refuse(context, peer, StatusCodes.Status400BadRequest, "no JSON, or not as Dovecot sends it");
        }
        catch (BadHttpRequestException exception)
        {
            Refuse(context, peer, exception.StatusCode, $"a body of more than {RequestBody.MaxBytes} octets, or one that broke off");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The peer has gone: there is nobody to answer.
        }
        catch (Exception exception)
        {
            log.SessionFault(AuthHttpListener.Protocol, peer.Name, exception);
            End(context, StatusCodes.Status500InternalServerError);
        }
    }

    private void Refuse(HttpContext context, AuthHttpPeer peer, int status, string error)
    {
        log.PeerMalformed(AuthHttpListener.Protocol, peer.Name, error);
        End(context, status);
    }

    /// <summary>What was begun cannot become an error any more, but it can be cut off, so that nobody takes it for whole.</summary>
    private static void End(HttpContext context, int status)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
        context.Response.Headers.Connection = "close";
    }
}
