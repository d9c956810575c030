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

    /// <summary>VRFY or ETRN: nothing is being sent.</summary>
    Other,
}
