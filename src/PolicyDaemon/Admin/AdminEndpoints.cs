using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Admin;

/// <summary>Serves the operations of <see cref="AdminOperations"/> as HTTP requests, to peers of the admin socket only.</summary>
internal sealed class AdminEndpoints
{
    /// <summary>Octets of one request's body.</summary>
    public const int MaxRequestBytes = 64 * 1024;

    private delegate Task Serve(HttpContext context, IAdministration administration);

    private readonly Dictionary<string, (HttpMethod Method, Serve Serve)> operations = new(StringComparer.Ordinal);
    private readonly Func<string, IAdministration> administrationFor;
    private readonly DaemonLog log;

    /// <param name="administrationFor">What carries out operations on behalf of a system user.</param>
    public AdminEndpoints(Func<string, IAdministration> administrationFor, DaemonLog log)
    {
        this.administrationFor = administrationFor;
        this.log = log;
        Add(AdminOperations.Status, (administration, _, token) => administration.ReadStatusAsync(token));
        Add(AdminOperations.Ask, (administration, request, token) => administration.AskAsync(request, token));
        Add(AdminOperations.LookUp, (administration, request, token) => administration.LookUpAsync(request, token));
        Add(AdminOperations.Blocks, (administration, _, token) => administration.ListBlocksAsync(token));
        Add(AdminOperations.Block, (administration, request, token) => administration.BlockAsync(request, token));
        Add(AdminOperations.Unblock, (administration, request, token) => administration.UnblockAsync(request, token));
        Add(AdminOperations.Domains, (administration, _, token) => administration.ListDomainsAsync(token));
        Add(AdminOperations.Accounts, (administration, request, token) => administration.ListAccountsAsync(request, token));
        Add(AdminOperations.Aliases, (administration, request, token) => administration.ListAliasesAsync(request, token));
        Add(AdminOperations.Domain, (administration, order, token) => administration.ChangeDomainAsync(order, token));
        Add(AdminOperations.Account, (administration, order, token) => administration.ChangeAccountAsync(order, token));
        Add(AdminOperations.Alias, (administration, order, token) => administration.ChangeAliasAsync(order, token));
        Add(AdminOperations.Ldap, (administration, _, token) => administration.ReadLdapAsync(token));
        Add(AdminOperations.Accept, (administration, order, token) => administration.AcceptLdapAsync(order, token));
        Add(AdminOperations.Limits, (administration, target, token) => administration.ShowLimitsAsync(target, token));
        Add(AdminOperations.Reset, (administration, target, token) => administration.ResetLimitsAsync(target, token));
        Add(AdminOperations.Guard, (administration, _, token) => administration.ShowGuardAsync(token));
        Add(AdminOperations.Deliveries, (administration, request, token) => administration.FindDeliveriesAsync(request, token));
        Add(AdminOperations.ClearGuard, (administration, target, token) => administration.ClearGuardAsync(target, token));
    }

    /// <summary>Answers one request, always with JSON.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (context.Features.Get<AdminPeer>() is not { } peer)
        {
            await RefuseAsync(context, new Refusal(RefusalKind.Forbidden, "administration is served on the admin socket only"));
        }
        else if (!operations.TryGetValue(context.Request.Path.Value ?? "", out var operation))
        {
            await RefuseAsync(context, Refusal.NotFound("there is no such operation"));
        }
        else if (!HttpMethods.Equals(context.Request.Method, operation.Method.Method))
        {
            var refusal = Refusal.Invalid($"this operation is asked by {operation.Method}");
            await RefuseAsync(context, refusal, StatusCodes.Status405MethodNotAllowed);
        }
        else
        {
            await operation.Serve(context, administrationFor(peer.User));
        }
    }

    private void Add<TRequest, TReport>(
        AdminOperation<TRequest, TReport> operation,
        Func<IAdministration, TRequest, CancellationToken, ValueTask<Outcome<TReport>>> carryOut)
        where TRequest : class
        where TReport : class
    {
        operations.Add(operation.Path, (operation.Method, async (context, administration) =>
        {
            try
            {
                var request = await ReadAsync(context, operation);
                await AnswerAsync(context, operation, await carryOut(administration, request, context.RequestAborted));
            }
            catch (JsonException exception)
            {
                await RefuseAsync(context, Refusal.Invalid($"the request is not as {operation.Path} takes it, at {exception.Path ?? "$"}"));
            }
            catch (BadHttpRequestException exception)
            {
                var refusal = Refusal.Invalid($"the request has more than {MaxRequestBytes} octets, or broke off");
                await RefuseAsync(context, refusal, exception.StatusCode);
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // The peer has gone: there is nobody to answer.
            }
            catch (Exception exception)
            {
                log.SessionFault("admin", operation.Path, exception);
                await RefuseAsync(context, new Refusal(RefusalKind.Fault, "the daemon failed at this; its log says where"));
            }
        }));
    }

    private static async ValueTask<TRequest> ReadAsync<TRequest, TReport>(HttpContext context, AdminOperation<TRequest, TReport> operation)
        where TRequest : class
        where TReport : class
    {
        if (NoRequest.Instance is TRequest nothing) return nothing;
        var limit = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (limit is { IsReadOnly: false }) limit.MaxRequestBodySize = MaxRequestBytes;
        return await JsonSerializer.DeserializeAsync(context.Request.Body, operation.Request, context.RequestAborted)
            ?? throw new JsonException("null", "$", null, null);
    }

    private static Task AnswerAsync<TRequest, TReport>(
        HttpContext context, AdminOperation<TRequest, TReport> operation, Outcome<TReport> outcome)
        where TRequest : class
        where TReport : class => outcome.TryGetReport(out var report, out var refusal)
            ? context.Response.WriteAsJsonAsync(report, operation.Report, cancellationToken: context.RequestAborted)
            : RefuseAsync(context, refusal);

    private static Task RefuseAsync(HttpContext context, Refusal refusal, int? status = null)
    {
        context.Response.StatusCode = status ?? refusal.Kind switch
        {
            RefusalKind.Invalid => StatusCodes.Status400BadRequest,
            RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
            RefusalKind.NotFound => StatusCodes.Status404NotFound,
            RefusalKind.Conflict => StatusCodes.Status409Conflict,
            RefusalKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        };
        return context.Response.WriteAsJsonAsync(refusal, AdminJson.Default.Refusal, cancellationToken: context.RequestAborted);
    }
}
