using PolicyDaemon.Doctor.Files;

namespace PolicyDaemon.Doctor.Delivery;

/// <summary>An lmtp(8) that is to hand mail to the daemon and cannot reach it.</summary>
internal sealed class DeliveryUnreachable : IDiagnosis
{
    private readonly ServiceSocket socket = new("delivery-unreachable", "mail for mailboxes stays in the queue until it bounces");

    public string Id => "delivery-unreachable";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from route in installation.DeliveryRoutes
        where route.Server is not null && installation.Lmtp.IsMeant(route.Server)
        let mend = Mend.MainCf(route.Parameter, $"lmtp:{ServiceSocket.Reachable(installation.Lmtp, installation)}")
        let finding = socket.Examine(route.Server!, installation.Lmtp, route.Client!, $"main.cf: {route.Parameter} = {route.Value}", mend, installation)
        where finding is not null
        select finding;
}
