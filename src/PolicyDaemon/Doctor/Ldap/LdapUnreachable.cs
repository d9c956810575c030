namespace PolicyDaemon.Doctor.Ldap;

/// <summary>An LDAP server cannot be asked: no connection, another certificate, a bind refused.</summary>
internal sealed class LdapUnreachable : IDiagnosis
{
    public string Id => "ldap-unreachable";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from server in installation.Ldap
        where server.Unreachable is not null
        let isLast = installation.Ldap.All(other => other.Unreachable is not null)
        select new Finding(
            Id, isLast ? Severity.Error : Severity.Warning, server.Url, server.Unreachable!,
            "this server cannot be asked as the daemon would",
            isLast ? "what is known counts for staleFor, and then mail is deferred" : "when the next server is away, too, what is known counts for staleFor",
            Mend.Shell(LdapRemedy.Search(server.Url, installation, "-s base")));
}
