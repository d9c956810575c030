namespace PolicyDaemon.Backends.Ldap;

/// <summary>The octets of the server are no LDAP, or larger than we take. The connection they came over is of no use any more.</summary>
internal sealed class LdapProtocolException(string message, Exception? inner = null) : Exception(message, inner);
