namespace PolicyDaemon.Doctor.Ldap;

/// <summary>The server does not send changes, which mode <c>sync</c> needs.</summary>
internal sealed class LdapNotFollowed : IDiagnosis
{
    public string Id => "ldap-not-followed";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from server in installation.Ldap
        where server.SyncFault is not null && installation.Own.Ldap is { IsSync: true }
        select new Finding(
            Id, Severity.Warning, server.Url, server.SyncFault!, "this server does not send changes: the overlay syncprov is missing",
            "it is asked for each question instead, and while it is away only what was asked before is known",
            LdapRemedy.Conf(server.Url, "moduleload syncprov", "overlay syncprov   # in the section of the database", "syncprov-checkpoint 1 10", "syncprov-sessionlog 10000"));
}
