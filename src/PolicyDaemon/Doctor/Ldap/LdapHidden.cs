namespace PolicyDaemon.Doctor.Ldap;

/// <summary>The daemon sees no accounts: a wrong base or filter, or an access rule that hides them.</summary>
internal sealed class LdapHidden : IDiagnosis
{
    public string Id => "ldap-no-accounts";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from server in installation.Ldap
        where server.SearchFault is not null || server.IsEmpty
        select new Finding(
            Id, Severity.Error, server.Url, server.SearchFault ?? $"0 entries: base {installation.Own.Ldap!.BaseDn}, filter {installation.Own.Ldap!.Filter}",
            server.SearchFault is null ? "as far as the daemon may see, no entry below baseDn fits the filter" : "the server does not let the daemon search there",
            "nobody is known: mail to everybody is refused or deferred",
            LdapRemedy.Conf(server.Url, $"access to dn.subtree=\"{installation.Own.Ldap!.BaseDn}\" by {LdapRemedy.Who(installation)} read by * break   # or correct baseDn and filter in policydaemon.json"));
}
