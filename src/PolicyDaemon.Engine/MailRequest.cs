using System.Net;
using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Engine;

/// <summary>Who asks, from where, at which stage, about whom: one question to the engine, whatever protocol it came by.</summary>
/// <remarks>Text is as the client typed it, in internal form; only the engine normalizes.</remarks>
public sealed record MailRequest
{
    public required SmtpStage Stage { get; init; }

    /// <summary>Empty: the client did not authenticate.</summary>
    public string SaslUsername { get; init; } = "";

    /// <summary>Null: not said yet (before MAIL). Empty: the null sender <c>&lt;&gt;</c>.</summary>
    public string? EnvelopeSender { get; init; }

    /// <summary>Empty when there is none yet, or at DATA and END-OF-MESSAGE of a message with several recipients.</summary>
    public string Recipient { get; init; } = "";

    /// <summary>Accepted recipients; 0 before DATA.</summary>
    public int RecipientCount { get; init; }

    /// <summary>Octets: announced by SIZE= before END-OF-MESSAGE, real there, 0 when unknown.</summary>
    public long Size { get; init; }

    /// <summary>Null when the client's address is unknown.</summary>
    public IPAddress? ClientAddress { get; init; }

    /// <summary>The client's TCP port, which with its address names one SMTP session; 0 when unknown.</summary>
    public int ClientPort { get; init; }

    public string ClientName { get; init; } = "";

    public string HeloName { get; init; } = "";

    /// <summary>One message's correlation id over all its recipients and stages; empty before MAIL.</summary>
    public string Instance { get; init; } = "";

    /// <summary>Empty until Postfix has opened the queue file.</summary>
    public string QueueId { get; init; } = "";

    /// <summary>
    /// Text that the administrator gave this Postfix service, <c>policy_context</c> or, of a milter, <c>{daemon_name}</c>; empty when none.
    /// </summary>
    public string PolicyContext { get; init; } = "";

    /// <summary>
    /// The mail was never received by smtpd: sendmail(1), a Sieve redirect, a bounce. It comes from this machine, whatever client address the
    /// protocol shows.
    /// </summary>
    public bool IsNonSmtp { get; init; }

    /// <summary>Asked by a front that is going to see the message (a milter), from the first stage on: rules on messages apply.</summary>
    public bool SeesMessage { get; init; }

    /// <summary>The message's header; null everywhere but at END-OF-MESSAGE of a front that sees the message.</summary>
    public MessageHeader? Header { get; init; }

    /// <summary>At END-OF-MESSAGE: what its recipients were charged as at RCPT, for a message that is refused is given back. Empty when unknown.</summary>
    public IReadOnlyCollection<string> RecipientCharges { get; init; } = [];

    public bool IsAuthenticated => SaslUsername.Length > 0;
}
