using System.Text.Json.Serialization.Metadata;

namespace PolicyDaemon.Admin;

/// <summary>One operation on the admin socket: where it is, what goes in, what comes out. Client and daemon share it.</summary>
/// <param name="Path">Asked by GET when the operation takes no request, else by POST with the request as JSON.</param>
internal sealed record AdminOperation<TRequest, TReport>(string Path, JsonTypeInfo<TRequest> Request, JsonTypeInfo<TReport> Report)
    where TRequest : class
    where TReport : class
{
    public HttpMethod Method { get; } = typeof(TRequest) == typeof(NoRequest) ? HttpMethod.Get : HttpMethod.Post;
}

/// <summary>For operations that need to be told nothing.</summary>
internal sealed record NoRequest
{
    public static readonly NoRequest Instance = new();
}

/// <summary>The operations there are.</summary>
/// <remarks>A refusal is answered as a <see cref="Refusal"/>, with the HTTP status of its kind.</remarks>
internal static class AdminOperations
{
    private static readonly AdminJson Json = AdminJson.Default;

    public static readonly AdminOperation<NoRequest, StatusReport> Status = new("/status", Json.NoRequest, Json.StatusReport);

    public static readonly AdminOperation<AskRequest, AskReport> Ask = new("/ask", Json.AskRequest, Json.AskReport);

    public static readonly AdminOperation<LookupRequest, LookupReport> LookUp = new("/lookup", Json.LookupRequest, Json.LookupReport);

    public static readonly AdminOperation<NoRequest, BlockList> Blocks = new("/blocks", Json.NoRequest, Json.BlockList);

    public static readonly AdminOperation<BlockOrder, BlockGiven> Block = new("/block", Json.BlockOrder, Json.BlockGiven);

    public static readonly AdminOperation<BlockTarget, BlockTaken> Unblock = new("/unblock", Json.BlockTarget, Json.BlockTaken);

    public static readonly AdminOperation<NoRequest, DomainList> Domains = new("/domains", Json.NoRequest, Json.DomainList);

    public static readonly AdminOperation<ListRequest, AccountList> Accounts = new("/accounts", Json.ListRequest, Json.AccountList);

    public static readonly AdminOperation<ListRequest, AliasList> Aliases = new("/aliases", Json.ListRequest, Json.AliasList);

    public static readonly AdminOperation<DomainOrder, ChangeReport> Domain = new("/domain", Json.DomainOrder, Json.ChangeReport);

    public static readonly AdminOperation<AccountOrder, ChangeReport> Account = new("/account", Json.AccountOrder, Json.ChangeReport);

    public static readonly AdminOperation<AliasOrder, ChangeReport> Alias = new("/alias", Json.AliasOrder, Json.ChangeReport);

    public static readonly AdminOperation<NoRequest, LdapReport> Ldap = new("/ldap", Json.NoRequest, Json.LdapReport);

    public static readonly AdminOperation<AcceptOrder, ChangeReport> Accept = new("/accept", Json.AcceptOrder, Json.ChangeReport);

    public static readonly AdminOperation<LimitTarget, LimitUseList> Limits = new("/limits", Json.LimitTarget, Json.LimitUseList);

    public static readonly AdminOperation<NoRequest, GuardList> Guard = new("/guard", Json.NoRequest, Json.GuardList);

    public static readonly AdminOperation<GuardTarget, ChangeReport> ClearGuard = new("/clear", Json.GuardTarget, Json.ChangeReport);

    public static readonly AdminOperation<DeliveryRequest, DeliveryList> Deliveries = new("/deliveries", Json.DeliveryRequest, Json.DeliveryList);

    public static readonly AdminOperation<LimitTarget, ChangeReport> Reset = new("/reset", Json.LimitTarget, Json.ChangeReport);
}
