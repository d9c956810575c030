namespace PolicyDaemon.Doctor.Ldap;

/// <summary>What an administrator tries out by hand, and the words of slapd.conf.</summary>
internal static class LdapRemedy
{
    /// <summary>ldapsearch(1) as the daemon would ask, with its own password.</summary>
    internal static string Search(string url, Installation installation, string what)
    {
        var own = installation.Own.Ldap!;
        var tls = own.IsStartTls ? " -ZZ" : "";
        var user = own.BindDn is { } dn ? $" -D '{dn}' -W" : "";
        return $"ldapsearch -x{tls} -H {url}{user} -b '{own.BaseDn}' {what}";
    }

    internal static Mend Conf(string url, params IReadOnlyList<string> lines) => new(MendPlace.SlapdConf, lines, url);

    internal static string Who(Installation installation) => installation.Own.Ldap!.BindDn is { } dn ? $"dn.exact=\"{dn}\"" : "anonymous";
}
