using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>What becomes of a CR or LF that is not part of a CRLF.</summary>
public enum BareNewline
{
    /// <summary>The message is refused.</summary>
    Reject,

    /// <summary>It becomes CRLF.</summary>
    Normalize,
}

/// <summary>What becomes of a message with a NUL octet.</summary>
public enum NulOctet
{
    Accept,
    Reject,
}

/// <summary>How the relay treats messages and its backends.</summary>
public sealed record LmtpRules
{
    /// <summary>Our name in greetings.</summary>
    public required string Node { get; init; }

    /// <summary>Tells which recipients are one mailbox.</summary>
    public required AddressNormalizer Normalizer { get; init; }

    public BareNewline BareNewline { get; init; } = BareNewline.Reject;

    public NulOctet Nul { get; init; } = NulOctet.Accept;

    /// <summary>Whether a backend that offers XCLIENT is told who sent the message to Postfix.</summary>
    public bool SendsXclient { get; init; }

    /// <summary>Transactions at once for one recipient, over all sessions.</summary>
    public int RecipientConcurrency { get; init; } = 8;

    /// <summary>To connect to a backend and greet it.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For a backend's reply to a command, and for it to take the next octets of the content.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>For all replies of a backend to the end of the message.</summary>
    public TimeSpan FinalTimeout { get; init; } = TimeSpan.FromSeconds(540);
}
