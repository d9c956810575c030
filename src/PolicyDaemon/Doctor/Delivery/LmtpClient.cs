using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Delivery;

/// <summary>The lmtp(8) services that hand mail to the daemon, each once.</summary>
internal static class LmtpClient
{
    internal static IEnumerable<ServiceParameters> ThatAskUs(Installation installation) =>
        from route in installation.DeliveryRoutes
        where route.Server is { } server && installation.Lmtp.IsMeant(server)
        group route by route.Client!.Service.Label into same
        select same.First().Client!;

    /// <summary>Changes a parameter where it is set.</summary>
    internal static Mend Set(ServiceParameters client, string parameter, string value) =>
        client.Service.Overrides.ContainsKey(parameter) ? Mend.Override(client, (parameter, value)) : Mend.MainCf(parameter, value);
}
