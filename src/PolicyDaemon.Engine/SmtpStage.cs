namespace PolicyDaemon.Engine;

/// <summary>How far an SMTP session has come when we are asked.</summary>
public enum SmtpStage
{
    Connect,
    Helo,
    Mail,
    Rcpt,
    Data,
    EndOfMessage,

    /// <summary>RCPT at the mail store's door, from our own Postfix: whether the message may be sent was decided when it came in.</summary>
    Delivery,

    /// <summary>VRFY or ETRN: nothing is being sent.</summary>
    Other,
}
