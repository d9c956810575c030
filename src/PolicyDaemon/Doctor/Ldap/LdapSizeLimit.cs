namespace PolicyDaemon.Doctor.Ldap;

/// <summary>The server gives the daemon only so many entries.</summary>
internal sealed class LdapSizeLimit : IDiagnosis
{
    public string Id => "ldap-size-limit";

    /// <remarks>Questions one by one need no more than a few entries.</remarks>
    public IEnumerable<Finding> Examine(Installation installation) =>
        from server in installation.Ldap
        where server.IsLimited && installation.Own.Ldap is { IsSync: true }
        select new Finding(
            Id, server.IsCutOff ? Severity.Error : Severity.Warning, server.Url, server.IsCutOff ? "result: sizeLimitExceeded (4)" : "result: adminLimitExceeded (11)",
            server.IsCutOff ? "the server does not give the daemon all accounts" : "the server gives the daemon only so many accounts (500 by default)",
            server.IsCutOff ? "the daemon takes over nothing, and what it knows grows old" : "with more accounts than that the daemon takes over nothing",
            LdapRemedy.Conf(server.Url, $"limits {LdapRemedy.Who(installation)} size=unlimited time=unlimited"));
}
