namespace PolicyDaemon.Doctor.Ldap;

/// <summary>What is asked of LDAP crosses a network readable.</summary>
internal sealed class LdapPlain : IDiagnosis
{
    public string Id => "ldap-plain";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from url in installation.Own.Ldap?.Unprotected ?? []
        select new Finding(
            Id, Severity.Warning, url, $"{url}, startTls false", "nothing is encrypted between the daemon and this server",
            "who is in between reads the daemon's password, or says for the server who may send",
            new Mend(MendPlace.PolicyDaemon, ["\"startTls\": true"]));
}
