namespace PolicyDaemon.Wire.Milter;

/// <summary>What the mail server says: the byte behind a packet's length.</summary>
internal enum MilterCommand : byte
{
    /// <summary>The message is over, cancelled or not; the connection goes on.</summary>
    Abort = (byte)'A', // SMFIC_ABORT
    Body = (byte)'B', // SMFIC_BODY
    Connect = (byte)'C', // SMFIC_CONNECT
    Macros = (byte)'D', // SMFIC_MACRO
    EndOfMessage = (byte)'E', // SMFIC_BODYEOB
    Helo = (byte)'H', // SMFIC_HELO

    /// <summary>The SMTP session is over; the connection is used for another.</summary>
    NextSession = (byte)'K', // SMFIC_QUIT_NC
    Header = (byte)'L', // SMFIC_HEADER
    Mail = (byte)'M', // SMFIC_MAIL
    EndOfHeader = (byte)'N', // SMFIC_EOH
    Negotiate = (byte)'O', // SMFIC_OPTNEG
    Quit = (byte)'Q', // SMFIC_QUIT
    Recipient = (byte)'R', // SMFIC_RCPT
    Data = (byte)'T', // SMFIC_DATA
    Unknown = (byte)'U', // SMFIC_UNKNOWN
}
