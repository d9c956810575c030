namespace PolicyDaemon.Wire.Lmtp;

/// <summary>The commands of Postfix, in their order.</summary>
internal sealed class CommandReader(LmtpPeer postfix)
{
    private static readonly LmtpReply NotCrLf = new(500, "5.5.2 A line ends with CRLF");

    private readonly Queue<LmtpCommand> ahead = new();

    /// <summary>The next command. Replies are sent before it is waited for.</summary>
    /// <returns>Null: there is none, see <see cref="LmtpPeer.End"/>.</returns>
    public async ValueTask<LmtpCommand?> ReadAsync()
    {
        if (ahead.Count > 0 && !postfix.IsStopping) return ahead.Dequeue();
        return await postfix.ReadCommandAsync() is { } line ? Parse(line) : null;
    }

    /// <summary>The recipients that Postfix has named already behind the command that was read last, and the one command behind them. They are still to be read.</summary>
    public IReadOnlyCollection<LmtpCommand> LookAhead()
    {
        while (ahead.Count < LmtpLimits.MaxCommandsAhead && ahead.LastOrDefault() is null or LmtpCommand.Rcpt && postfix.TryReadCommand() is { } line) ahead.Enqueue(Parse(line));
        return ahead;
    }

    private static LmtpCommand Parse(string line) => line is [.., '\n'] ? new LmtpCommand.Bad(NotCrLf) : LmtpCommandParser.Parse(line);
}
