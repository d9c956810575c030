namespace PolicyDaemon.Wire.Milter;

/// <summary>Every bound on what a mail server may send. Postfix stays below: 65,535 octets of body at a time, one header of <c>header_size_limit</c> (102,400).</summary>
internal static class MilterLimits
{
    /// <summary>A header or a part of the body, its command byte included.</summary>
    public const int MaxContentBytes = 1024 * 1024;

    /// <summary>Any other packet: addresses and macros are cut at <c>line_length_limit</c> (2048).</summary>
    public const int MaxCommandBytes = 64 * 1024;

    /// <summary>Macros in one packet.</summary>
    public const int MaxMacros = 200;

    /// <summary>Recipients of one message; <c>smtpd_recipient_limit</c> is 1000.</summary>
    public const int MaxRecipients = 100_000;

    /// <summary>Replies are sent at the latest when this much is waiting.</summary>
    public const int MaxUnsentBytes = 16 * 1024;

    /// <summary>
    /// From the first octet of a packet to its last, from the opening of a connection to its first packet, and from our reply to its being
    /// taken. Between two packets there is no limit: a client may take hours over its message, and is Postfix's to time out.
    /// </summary>
    public static readonly TimeSpan PacketTime = TimeSpan.FromSeconds(10);

    /// <summary>A decision that takes longer is announced as being worked on, again and again. Far below <c>milter_command_timeout</c> (30 s).</summary>
    public static readonly TimeSpan ProgressTime = TimeSpan.FromSeconds(2);

    /// <summary>From the daemon's stop to the end of a session that has a message in hand.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);
}
