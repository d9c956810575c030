using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Delivery;

/// <summary>A parameter of Postfix that hands mail for mailboxes to somebody.</summary>
/// <param name="Parameter">For example <c>virtual_transport</c>.</param>
/// <param name="Client">The lmtp(8) of master.cf that it names; null: another program delivers.</param>
/// <param name="Server">Whom that client asks; null with <paramref name="Client"/>.</param>
/// <remarks>postconf(5), "virtual_transport"; lmtp(8), "SERVER DESTINATION SYNTAX".</remarks>
internal sealed record DeliveryRoute(string Parameter, string Value, ServiceParameters? Client, PolicyEndpoint? Server)
{
    private static readonly string[] Parameters = ["virtual_transport", "mailbox_transport", "local_transport", "relay_transport"];

    internal static IReadOnlyList<DeliveryRoute> All(PostfixConfiguration postfix) =>
        [.. Parameters.Select(parameter => Parse(parameter, postfix.Get(parameter), postfix)).Where(route => route.Value.Length > 0)];

    private static DeliveryRoute Parse(string parameter, string value, PostfixConfiguration postfix)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        var (transport, server) = colon < 0 ? (value, "") : (value[..colon], value[(colon + 1)..]);
        var client = postfix.Services.FirstOrDefault(service => service.Name == transport && service.Type == "unix" && Path.GetFileName(service.Program) == "lmtp");
        return client is null ? new(parameter, value, null, null) : new(parameter, value, new ServiceParameters(postfix, client), PolicyEndpoint.Parse(server));
    }
}
