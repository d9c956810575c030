namespace PolicyDaemon.Doctor.Ldap;

/// <summary>Password hashes can be read that nobody needs to read.</summary>
internal sealed class LdapPasswordsReadable : IDiagnosis
{
    private const string Rule = "access to attrs=userPassword by self write by anonymous auth by * none   # before all other rules";

    public string Id => "ldap-passwords-readable";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from server in installation.Ldap
        where server.ShowsPasswordsToAll || (server.ShowsPasswords && installation.Own.Ldap is { ReadsPasswords: false })
        select new Finding(
            Id, server.ShowsPasswordsToAll ? Severity.Error : Severity.Warning, server.Url, "userPassword was answered",
            server.ShowsPasswordsToAll ? "everybody can read password hashes, without a name" : "the daemon's user can read password hashes, and has no need to",
            server.ShowsPasswordsToAll ? "who reaches the server guesses passwords at home, as fast as he likes" : "who takes over this machine has them all",
            LdapRemedy.Conf(server.Url, Rule));
}
