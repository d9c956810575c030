using System.Globalization;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>Text of one line ⇄ command. RFC 2033 section 4, RFC 5321 section 4.1.</summary>
internal static class LmtpCommandParser
{
    private static readonly LmtpReply NotKnown = new(500, "5.5.1 No such command");
    private static readonly LmtpReply NotSpoken = new(502, "5.5.1 Command is not implemented");
    private static readonly LmtpReply Greeted = new(500, "5.5.1 This is LMTP: say LHLO");
    private static readonly LmtpReply BadArguments = new(501, "5.5.4 Syntax error in arguments");
    private static readonly LmtpReply BadPath = new(501, "5.1.3 Syntax error in the address");
    private static readonly LmtpReply BadParameter = new(555, "5.5.4 Parameter is not supported");

    /// <param name="line">Without its CRLF, as Latin-1.</param>
    public static LmtpCommand Parse(string line)
    {
        if (line.Any(character => character is < ' ' or '\x7f')) return new LmtpCommand.Bad(BadArguments);
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var verb = (space < 0 ? line : line[..space]).ToUpperInvariant();
        var arguments = space < 0 ? "" : line[(space + 1)..].Trim(' ');
        return verb switch
        {
            "LHLO" => arguments.Length > 0 ? new LmtpCommand.Lhlo() : new LmtpCommand.Bad(BadArguments),
            "MAIL" => ParseMail(arguments),
            "RCPT" => ParseRcpt(arguments),
            "DATA" => arguments.Length == 0 ? new LmtpCommand.Content() : new LmtpCommand.Bad(BadArguments),
            "RSET" => new LmtpCommand.Rset(),
            "NOOP" => new LmtpCommand.Idle(new LmtpReply(250, "2.0.0 OK")),
            "VRFY" => new LmtpCommand.Idle(new LmtpReply(252, "2.1.5 Send it, and it will be seen")),
            "QUIT" => new LmtpCommand.Quit(),
            "XFORWARD" => new LmtpCommand.Xforward(arguments),
            "HELO" or "EHLO" => new LmtpCommand.Bad(Greeted),
            "BDAT" or "STARTTLS" or "AUTH" or "XCLIENT" or "EXPN" or "HELP" => new LmtpCommand.Bad(NotSpoken),
            _ => new LmtpCommand.Bad(NotKnown),
        };
    }

    private static LmtpCommand ParseMail(string arguments)
    {
        if (!TryReadPath(arguments, "FROM:", out var path, out var parameters)) return new LmtpCommand.Bad(BadPath);
        long? size = null;
        var (isEightBit, isUtf8) = (false, false);
        foreach (var parameter in parameters)
        {
            switch (parameter.ToUpperInvariant())
            {
                case "BODY=7BIT":
                    break;
                case "BODY=8BITMIME":
                    isEightBit = true;
                    break;
                case "SMTPUTF8":
                    isUtf8 = true;
                    break;
                case ['S', 'I', 'Z', 'E', '=', .. var octets] when long.TryParse(octets, NumberStyles.None, CultureInfo.InvariantCulture, out var announced):
                    size = announced;
                    break;
                default:
                    return new LmtpCommand.Bad(BadParameter);
            }
        }

        return new LmtpCommand.Mail(path, size, isEightBit, isUtf8);
    }

    private static LmtpCommand ParseRcpt(string arguments)
    {
        if (!TryReadPath(arguments, "TO:", out var path, out var parameters) || path.Address.Length == 0) return new LmtpCommand.Bad(BadPath);
        return parameters.Length == 0 ? new LmtpCommand.Rcpt(path) : new LmtpCommand.Bad(BadParameter);
    }

    private static bool TryReadPath(string arguments, string keyword, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out LmtpPath? path, out string[] parameters)
    {
        path = null;
        parameters = [];
        if (!arguments.StartsWith(keyword, StringComparison.OrdinalIgnoreCase)) return false;
        path = LmtpPath.Read(arguments[keyword.Length..].TrimStart(' '), out var rest);
        parameters = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return path is not null;
    }
}
