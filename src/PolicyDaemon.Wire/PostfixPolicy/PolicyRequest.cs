using System.Net;

namespace PolicyDaemon.Wire.PostfixPolicy;

/// <summary>Where in the SMTP session Postfix asks. BDAT is reported as DATA.</summary>
internal enum ProtocolState
{
    /// <summary>Not said. First, so that a request without it is never taken for something.</summary>
    Missing,
    Connect,
    Ehlo,
    Helo,
    Mail,
    Rcpt,
    Data,
    EndOfMessage,
    Vrfy,
    Etrn,
}

/// <summary>
/// The attributes of one request that we use. Text is as Postfix sent it: internal form without quotes, case as typed. A value type,
/// so that nothing of one request is left in the next.
/// </summary>
/// <remarks>
/// Null text, like 0, is an attribute that was not sent, which means the same as an empty one: Postfix sends every attribute always,
/// empty or 0 when it does not apply. Source: Postfix SMTPD_POLICY_README, "Protocol description".
/// </remarks>
internal record struct PolicyRequest
{
    public ProtocolState ProtocolState { get; set; }

    /// <summary>Null when not sent, empty or <c>unknown</c>.</summary>
    public IPAddress? ClientAddress { get; set; }

    /// <summary>0 when not sent or unknown.</summary>
    public int ClientPort { get; set; }

    public string? ClientName { get; set; }

    public string? HeloName { get; set; }

    public string? Sender { get; set; }

    public string? Recipient { get; set; }

    public int RecipientCount { get; set; }

    public string? QueueId { get; set; }

    public string? Instance { get; set; }

    /// <summary>Octets.</summary>
    public long Size { get; set; }

    public string? SaslUsername { get; set; }

    public string? PolicyContext { get; set; }
}
