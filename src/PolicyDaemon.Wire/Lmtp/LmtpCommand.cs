namespace PolicyDaemon.Wire.Lmtp;

/// <summary>One command of Postfix's LMTP client.</summary>
internal abstract record LmtpCommand
{
    private LmtpCommand()
    {
    }

    public sealed record Lhlo : LmtpCommand;

    public sealed record Xforward(string Arguments) : LmtpCommand;

    /// <param name="Size">As announced; null: not.</param>
    public sealed record Mail(LmtpPath Sender, long? Size, bool IsEightBit, bool IsUtf8) : LmtpCommand;

    public sealed record Rcpt(LmtpPath Recipient) : LmtpCommand;

    /// <summary>DATA.</summary>
    public sealed record Content : LmtpCommand;

    public sealed record Rset : LmtpCommand;

    /// <summary>NOOP and VRFY.</summary>
    /// <param name="Reply">Does not depend on anything.</param>
    public sealed record Idle(LmtpReply Reply) : LmtpCommand;

    public sealed record Quit : LmtpCommand;

    /// <summary>What is no command.</summary>
    public sealed record Bad(LmtpReply Reply) : LmtpCommand;
}
