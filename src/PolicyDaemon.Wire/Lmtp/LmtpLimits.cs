namespace PolicyDaemon.Wire.Lmtp;

/// <summary>Every bound on what a peer at either side of the relay may send, keep open or leave undone.</summary>
internal static class LmtpLimits
{
    /// <summary>A command with its line end. Dovecot takes 4096 octets; Postfix keeps XFORWARD below 512.</summary>
    public const int MaxCommandBytes = 4096;

    /// <summary>A line of a reply with its line end; RFC 5321 section 4.5.3.1.5 says 512.</summary>
    public const int MaxReplyLineBytes = 2048;

    /// <summary>Lines of one reply. Dovecot answers LHLO with fewer than ten.</summary>
    public const int MaxReplyLines = 100;

    /// <summary>Recipients of one transaction; Postfix sends 50 (<c>lmtp_destination_recipient_limit</c>). RFC 5321 section 4.5.3.1.8 asks for 100.</summary>
    public const int MaxRecipients = 1000;

    /// <summary>Commands that are none, before the session ends.</summary>
    public const int MaxBadCommands = 10;

    /// <summary>Commands that are told to a backend in one go: what it answers to them lies in its socket until it is read. Postfix names 50 recipients.</summary>
    public const int MaxCommandsAhead = 100;

    /// <summary>Values of XFORWARD that are kept, in characters.</summary>
    public const int MaxForwardedCharacters = 255;

    /// <summary>Received fields of a message; more is a loop (RFC 5321 section 6.3).</summary>
    public const int MaxHops = 100;

    /// <summary>Content that is handed on at once.</summary>
    public const int MaxChunkBytes = 64 * 1024;

    /// <summary>Replies are sent at the latest when this much is waiting.</summary>
    public const int MaxUnsentBytes = 16 * 1024;

    /// <summary>Connections to one mail store that are kept for the next transaction.</summary>
    public const int MaxIdleConnections = 20;

    /// <summary>How long a connection is kept: Dovecot has a process for each, and ends them after five minutes.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    /// <summary>A mail store that did not answer is asked behind the others for so long.</summary>
    public static readonly TimeSpan RestTime = TimeSpan.FromSeconds(10);

    /// <summary>For the next command of Postfix, the next octets of the content, and for our replies to be taken.</summary>
    public static readonly TimeSpan PeerTime = TimeSpan.FromMinutes(5);

    /// <summary>How long replies that are ready wait for the next one, which a backend has to give.</summary>
    public static readonly TimeSpan TogetherTime = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a recipient waits until fewer deliveries to its mailbox are under way.</summary>
    public static readonly TimeSpan SlotTime = TimeSpan.FromSeconds(30);

    /// <summary>The same where others may be waiting for what this transaction has, and it for what they have.</summary>
    public static readonly TimeSpan CrossedSlotTime = TimeSpan.FromSeconds(2);

    /// <summary>From the daemon's stop to the end of a session whose message is not complete.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);
}
