using System.Net;

namespace PolicyDaemon.Engine.Authentication;

/// <summary>One attempt to log in, as Postfix, Dovecot or a webmail handed it on.</summary>
public sealed record AuthenticationRequest
{
    /// <summary>The authentication identity as typed; octets that were no UTF-8 are U+FFFD.</summary>
    public required string Login { get; init; }

    /// <summary>Whoever made the request disposes it when the answer is there.</summary>
    public required Password Password { get; init; }

    /// <summary>Who to act as (RFC 4616): empty or the login itself. To act as somebody else is refused.</summary>
    public string AuthorizationIdentity { get; init; } = "";

    /// <summary>What the login is for, as the client's server says: <c>smtp</c>, <c>imap</c>, <c>pop3</c>, <c>sieve</c>.</summary>
    public string Service { get; init; } = "";

    /// <summary>Null when it was not told.</summary>
    public IPAddress? ClientAddress { get; init; }

    /// <summary>By TLS, or on a connection that the client's server trusts.</summary>
    public bool IsSecured { get; init; }

    /// <summary>The session as the client's server calls it in its own log; may be empty.</summary>
    public string Session { get; init; } = "";

    /// <summary>
    /// Whoever asks keeps a client that guesses waiting by itself: the answer comes at once. For askers that could ask nothing else meanwhile.
    /// </summary>
    public bool IsDelayedElsewhere { get; init; }
}
