namespace PolicyDaemon.Backends.Ldap;

/// <summary>Whether a server is asked at present.</summary>
/// <param name="IsPassedOver">It failed, and is left alone until a probe finds it well.</param>
/// <param name="Cause">What it failed with last; one private line, never a secret. Null while it is well.</param>
public sealed record LdapServerState(LdapUrl Url, bool IsPassedOver, string? Cause);
