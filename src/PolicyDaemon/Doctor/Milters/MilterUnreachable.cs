using PolicyDaemon.Doctor.Files;

namespace PolicyDaemon.Doctor.Milters;

/// <summary>A service that asks the milter and cannot reach it.</summary>
internal sealed class MilterUnreachable : IDiagnosis
{
    private readonly ServiceSocket socket = new("milter-unreachable", "every message is treated as milter_default_action says");

    public string Id => "milter-unreachable";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from list in installation.MilterLists
        where list.Ours is not null
        let mend = list.MendWithEndpoint(ServiceSocket.Reachable(installation.Milter, installation))
        let finding = socket.Examine(list.Ours!.Endpoint, installation.Milter, list.Service, list.Service.Quote(list.Parameter), mend, installation)
        where finding is not null
        select finding;
}
