using PolicyDaemon.Doctor.Files;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Delivery;

/// <summary>The daemon waits for mail to deliver, and Postfix hands it to somebody else.</summary>
internal sealed class DeliveryElsewhere : IDiagnosis
{
    private const string Why = "no rule is asked at delivery, a full disk defers nothing, and no ledger says whether it arrived";

    public string Id => "delivery-elsewhere";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation.Lmtp.Endpoints.Count == 0) return [];
        var elsewhere = installation.DeliveryRoutes.Where(route => IsForMailboxes(route, installation.Postfix) && !IsOurs(route, installation)).ToList();
        return elsewhere.Count > 0 || installation.DeliveryRoutes.Any(route => IsOurs(route, installation))
            ? elsewhere.Select(route => Describe(route, installation))
            : [Nowhere(installation)];
    }

    private static bool IsOurs(DeliveryRoute route, Installation installation) => route.Server is { } server && installation.Lmtp.IsMeant(server);

    /// <summary>Another lmtp(8), or whatever delivers to virtual mailboxes. Mail of root and the like may rightly go to local(8).</summary>
    private static bool IsForMailboxes(DeliveryRoute route, PostfixConfiguration postfix) =>
        route.Client is not null || (route.Parameter == "virtual_transport" && postfix.Get("virtual_mailbox_domains").Length > 0);

    private Finding Describe(DeliveryRoute route, Installation installation) => new(
        Id, Severity.Warning, "main.cf", $"{route.Parameter} = {route.Value}", "mail for mailboxes goes past the daemon", Why, Through(route.Parameter, installation));

    /// <summary>A table may say so, and is not read.</summary>
    private Finding Nowhere(Installation installation) => new(
        Id, installation.Postfix.Get("transport_maps").Length > 0 ? Severity.Note : Severity.Warning, "main.cf",
        $"transport_maps = {installation.Postfix.Get("transport_maps")}", "the daemon listens for mail to deliver, and no transport of main.cf goes there", Why,
        Through("virtual_transport", installation));

    private static Mend Through(string parameter, Installation installation) =>
        Mend.MainCf(parameter, $"lmtp:{ServiceSocket.Reachable(installation.Lmtp, installation)}");
}
