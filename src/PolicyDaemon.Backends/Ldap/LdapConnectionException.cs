namespace PolicyDaemon.Backends.Ldap;

/// <summary>A server could not be asked: no connection, or one that is gone, not LDAP, not the server it should be, or silent.</summary>
/// <param name="message">One private line with the reason; it names no server, for whoever catches it knows which.</param>
internal class LdapConnectionException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// A connection that was open is gone: reset, closed, or ended by us because of what came over it. Everything that was pending
/// on it ends with this. A server closes idle connections and restarts, so on a new connection the answer may be there.
/// </summary>
internal sealed class LdapConnectionLostException(string message, Exception? inner = null) : LdapConnectionException(message, inner);

/// <summary>
/// The server does not accept our name and password, or we have none to offer. Asking again soon would help nobody, and could
/// lock the account.
/// </summary>
internal sealed class LdapBindException(string message, Exception? inner = null) : LdapConnectionException(message, inner);
