using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace PolicyDaemon.Admin;

/// <summary>Passes an administrator's operations on to the daemon that listens on an admin socket.</summary>
internal sealed class AdminClient : IAdministration, IDisposable
{
    /// <summary>Octets of one answer: a list of a hundred thousand accounts fits.</summary>
    private const int MaxAnswerBytes = 64 * 1024 * 1024;

    private readonly HttpClient http;
    private readonly TimeSpan patience;

    /// <param name="patience">How long one operation may take: more than the longest decision and a directory's retries.</param>
    public AdminClient(string socketPath, TimeSpan patience)
    {
        this.patience = patience;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) => await ConnectAsync(socketPath, token),
            UseProxy = false,
            AllowAutoRedirect = false,
        };
        http = new HttpClient(handler)
        {
            BaseAddress = new Uri("http://policydaemon/"),
            Timeout = patience,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
    }

    public ValueTask<Outcome<StatusReport>> ReadStatusAsync(CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Status, NoRequest.Instance, cancellationToken);

    public ValueTask<Outcome<AskReport>> AskAsync(AskRequest request, CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Ask, request, cancellationToken);

    public ValueTask<Outcome<LookupReport>> LookUpAsync(LookupRequest request, CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.LookUp, request, cancellationToken);

    public ValueTask<Outcome<BlockList>> ListBlocksAsync(CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Blocks, NoRequest.Instance, cancellationToken);

    public ValueTask<Outcome<BlockGiven>> BlockAsync(BlockOrder order, CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Block, order, cancellationToken);

    public ValueTask<Outcome<BlockTaken>> UnblockAsync(BlockTarget target, CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Unblock, target, cancellationToken);

    public ValueTask<Outcome<DomainList>> ListDomainsAsync(CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Domains, NoRequest.Instance, cancellationToken);

    public ValueTask<Outcome<AccountList>> ListAccountsAsync(ListRequest request, CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Accounts, request, cancellationToken);

    public ValueTask<Outcome<AliasList>> ListAliasesAsync(ListRequest request, CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Aliases, request, cancellationToken);

    public ValueTask<Outcome<ChangeReport>> ChangeDomainAsync(DomainOrder order, CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Domain, order, cancellationToken);

    public ValueTask<Outcome<ChangeReport>> ChangeAccountAsync(AccountOrder order, CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Account, order, cancellationToken);

    public ValueTask<Outcome<ChangeReport>> ChangeAliasAsync(AliasOrder order, CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Alias, order, cancellationToken);

    public ValueTask<Outcome<LdapReport>> ReadLdapAsync(CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Ldap, NoRequest.Instance, cancellationToken);

    public ValueTask<Outcome<ChangeReport>> AcceptLdapAsync(AcceptOrder order, CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Accept, order, cancellationToken);

    public ValueTask<Outcome<LimitUseList>> ShowLimitsAsync(LimitTarget target, CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Limits, target, cancellationToken);

    public ValueTask<Outcome<ChangeReport>> ResetLimitsAsync(LimitTarget target, CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Reset, target, cancellationToken);

    public ValueTask<Outcome<GuardList>> ShowGuardAsync(CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Guard, NoRequest.Instance, cancellationToken);

    public ValueTask<Outcome<ChangeReport>> ClearGuardAsync(GuardTarget target, CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.ClearGuard, target, cancellationToken);

    public ValueTask<Outcome<DeliveryList>> FindDeliveriesAsync(DeliveryRequest request, CancellationToken cancellationToken) =>
        SendAsync(AdminOperations.Deliveries, request, cancellationToken);

    public void Dispose() => http.Dispose();

    /// <summary>Connects to a unix socket.</summary>
    /// <exception cref="SocketException">Nobody listens there, or this user may not connect.</exception>
    public static async ValueTask<Stream> ConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<Outcome<TReport>> SendAsync<TRequest, TReport>(
        AdminOperation<TRequest, TReport> operation, TRequest request, CancellationToken cancellationToken)
        where TRequest : class
        where TReport : class
    {
        try
        {
            using var message = new HttpRequestMessage(operation.Method, operation.Path);
            if (operation.Method == HttpMethod.Post) message.Content = JsonContent.Create(request, operation.Request);
            using var answer = await http.SendAsync(message, cancellationToken);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            if (answer.IsSuccessStatusCode && JsonSerializer.Deserialize(body, operation.Report) is { } report) return report;
            return JsonSerializer.Deserialize(body, AdminJson.Default.Refusal) ?? Strange();
        }
        catch (JsonException)
        {
            return Strange();
        }
        catch (HttpRequestException exception)
        {
            return Refusal.Unavailable($"the daemon did not answer: {exception.InnerException?.Message ?? exception.Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Refusal.Unavailable($"the daemon did not answer within {patience.TotalSeconds:0} s");
        }
    }

    private static Refusal Strange() =>
        new(RefusalKind.Fault, "the daemon gave an answer that this command does not understand; are both of one version?");
}
