using System.Buffers;
using System.Globalization;
using System.Text;
using PolicyDaemon.Engine;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Notices;

/// <summary>Gives one message to an SMTP server (RFC 5321) over a connection just made: EHLO, MAIL, RCPT, DATA, QUIT.</summary>
/// <remarks>
/// The envelope sender is null: a notice that cannot be delivered goes nowhere (RFC 3834 section 3.3), and no block or limit of a sender stops it.
/// </remarks>
internal sealed class SmtpDelivery(IPipeConnection connection)
{
    /// <summary>Octets of one reply with all its lines; far above what any server says.</summary>
    private const int MaxReplyLength = 16_384;

    private const int MaxCauseLength = 200;

    /// <param name="message">Lines ending in CRLF, ASCII.</param>
    /// <exception cref="NoticeRefusedException">The server refused it, for good or for now, or does not speak SMTP.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task SendAsync(string to, string message, CancellationToken cancellationToken)
    {
        await ExpectAsync('2', "the greeting", cancellationToken);
        await SayAsync("EHLO [127.0.0.1]\r\n", '2', "EHLO", cancellationToken);
        await SayAsync("MAIL FROM:<>\r\n", '2', "MAIL", cancellationToken);
        await SayAsync($"RCPT TO:<{to}>\r\n", '2', "RCPT", cancellationToken);
        await SayAsync("DATA\r\n", '3', "DATA", cancellationToken);
        await SayAsync($"{Stuff(message)}.\r\n", '2', "the message", cancellationToken);

        await QuitAsync(cancellationToken);
    }

    /// <summary>The server has the message: whatever happens to the connection now, it is not sent again.</summary>
    private async Task QuitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync("QUIT\r\n", cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // It was only a farewell.
        }
    }

    /// <summary>RFC 5321 section 4.5.2.</summary>
    private static string Stuff(string message) =>
        (message.StartsWith('.') ? "." : "") + message.Replace("\r\n.", "\r\n..", StringComparison.Ordinal);

    private async Task SayAsync(string command, char expected, string what, CancellationToken cancellationToken)
    {
        await WriteAsync(command, cancellationToken);
        await ExpectAsync(expected, what, cancellationToken);
    }

    private async Task WriteAsync(string text, CancellationToken cancellationToken) =>
        await connection.Output.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);

    private async Task ExpectAsync(char expected, string what, CancellationToken cancellationToken)
    {
        var reply = await ReadReplyAsync(cancellationToken);
        if (reply[0] == expected) return;
        var isFinal = reply[0] == '5';
        throw new NoticeRefusedException($"{what} was answered {SafeText.OneLine(reply, MaxCauseLength)}", isFinal);
    }

    /// <returns>The last line of the reply.</returns>
    private async Task<string> ReadReplyAsync(CancellationToken cancellationToken)
    {
        var length = 0L;
        while (true)
        {
            var line = await ReadLineAsync(MaxReplyLength - length, cancellationToken);
            length += line.Length + 2;
            if (line.Length < 3 || line[0] is < '2' or > '5' || line.AsSpan(0, 3).ContainsAnyExceptInRange('0', '9') || (line.Length > 3 && line[3] is not (' ' or '-')))
            {
                throw NotSmtp(line);
            }

            if (line.Length == 3 || line[3] == ' ') return line;
        }
    }

    private async Task<string> ReadLineAsync(long most, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await connection.Input.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.ASCII.GetString(read.Buffer.Slice(0, end)).TrimEnd('\r');
                connection.Input.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line.Length <= most ? line : throw NotSmtp(line);
            }

            if (read.IsCompleted) throw new IOException("the server closed the connection");
            if (read.Buffer.Length > most) throw NotSmtp(Encoding.ASCII.GetString(read.Buffer.Slice(0, Math.Min(read.Buffer.Length, MaxCauseLength))));
            connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static NoticeRefusedException NotSmtp(string said) => new(
        string.Create(CultureInfo.InvariantCulture, $"the server does not speak SMTP: '{SafeText.OneLine(said, MaxCauseLength)}'"), isFinal: false);
}
