using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>Every bound on what a peer of the two auth protocols may send, keep open or leave unread.</summary>
internal static class AuthLimits
{
    /// <summary>A line of the client protocol, its LF not counted; Dovecot's AUTH_CLIENT_MAX_LINE_LENGTH.</summary>
    public const int MaxClientLineBytes = 16 * 1024;

    /// <summary>A line of the master protocol. Dovecot's own server takes 1024; what it sends grows with each version.</summary>
    public const int MaxMasterLineBytes = 8 * 1024;

    /// <summary>Fields of one line. Dovecot 2.4 sends about 30.</summary>
    public const int MaxFields = 200;

    /// <summary>
    /// Requests of one connection that are worked on at once; what comes beyond waits unread. More than one login process has clients, so that
    /// those who are kept waiting for guessing keep nobody else waiting.
    /// </summary>
    public const int MaxInFlight = 4096;

    /// <summary>Logins of one connection that wait for the client's next step. The oldest is forgotten first: Postfix does not say when its client gave up.</summary>
    public const int MaxConversations = 4096;

    /// <summary>A login of more characters is none; no more is kept of it.</summary>
    public const int MaxLoginCharacters = AddressNormalizer.MaxLength + 1;

    /// <summary>Lines of replies that wait to be sent.</summary>
    public const int MaxUnsentLines = 512;

    /// <summary>Replies are sent at the latest when this much is waiting.</summary>
    public const int MaxUnsentBytes = 16 * 1024;

    /// <summary>From the first octet of a line to its last, and from our reply to its being taken.</summary>
    public static readonly TimeSpan LineTime = TimeSpan.FromSeconds(10);

    /// <summary>From connecting to the end of the client's part of the handshake.</summary>
    public static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(30);

    /// <summary>When the daemon stops, a session ends that nothing was asked of for so long: far longer than a request is on its way.</summary>
    public static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(20);

    /// <summary>From the daemon's stop until a session takes no more that is asked on and on, or has not said its part of the handshake yet.</summary>
    public static readonly TimeSpan LastRequestTime = TimeSpan.FromSeconds(1);

    /// <summary>From the daemon's stop to the end of a session that has requests in hand.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);
}
