namespace PolicyDaemon.Backends.Ldap;

/// <summary>How long an LDAP server is left alone.</summary>
internal static class LdapBackoff
{
    /// <summary>A restart takes a fraction of a second, and mail is deferred meanwhile.</summary>
    internal static readonly Backoff Failure = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(5));

    /// <summary>Password policies lock an account after some failures within minutes.</summary>
    internal static readonly Backoff RefusedBind = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1));
}
