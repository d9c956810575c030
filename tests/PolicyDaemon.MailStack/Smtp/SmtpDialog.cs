using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.MailStack.Smtp;

/// <summary>
/// One SMTP session that a test holds open and leads command by command (RFC 5321). It judges nothing: whatever the
/// server answers is returned.
/// </summary>
public sealed class SmtpDialog : IAsyncDisposable
{
    private static readonly TimeSpan ReplyLimit = TimeSpan.FromSeconds(30);

    private readonly TcpClient client;
    private readonly StreamReader reader;
    private readonly StringBuilder transcript = new();

    private SmtpDialog(TcpClient client)
    {
        this.client = client;
        reader = new(client.GetStream(), Encoding.UTF8);
    }

    /// <summary>Both sides so far, as swaks shows them: <c>-></c> the client, <c>&lt;-</c> the server.</summary>
    public string Transcript => transcript.ToString();

    /// <summary>Connects, reads the greeting and says EHLO; throws unless both are answered with 2xx.</summary>
    /// <param name="source">The client's address, any of 127/8; without it 127.0.0.1.</param>
    public static async Task<SmtpDialog> OpenAsync(IPEndPoint server, IPAddress? source = null) => await GreetAsync(await ConnectAsync(server, source));

    /// <inheritdoc cref="OpenAsync(IPEndPoint, IPAddress?)"/>
    /// <param name="connection">Connected, nothing read yet; closed with this session.</param>
    public static Task<SmtpDialog> OpenAsync(TcpClient connection) => GreetAsync(new(connection));

    private static async Task<SmtpDialog> GreetAsync(SmtpDialog dialog)
    {
        (await dialog.ReadReplyAsync()).EnsureSuccess();
        (await dialog.SendAsync("EHLO client.example")).EnsureSuccess();
        return dialog;
    }

    /// <summary>Connects and reads nothing; the first <see cref="ReadReplyAsync"/> gives the greeting.</summary>
    public static async Task<SmtpDialog> ConnectAsync(IPEndPoint server, IPAddress? source = null)
    {
        TcpClient connection = new(new IPEndPoint(source ?? IPAddress.Loopback, 0)) { NoDelay = true };
        try
        {
            await connection.ConnectAsync(server);
            return new(connection);
        }
        catch (SocketException)
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Sends one command line, without CR LF, and reads the whole reply.</summary>
    public async Task<SmtpServerReply> SendAsync(string command)
    {
        await WriteAsync(command + "\r\n");
        return await ReadReplyAsync();
    }

    /// <summary>AUTH PLAIN with initial response (RFC 4954, RFC 4616).</summary>
    public Task<SmtpServerReply> AuthenticateAsync(string login, string password) =>
        SendAsync($"AUTH PLAIN {Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{login}\0{password}"))}");

    /// <param name="envelopeSender">Empty for the null sender.</param>
    /// <param name="parameters">Follows after a blank, for example <c>SIZE=1000</c>.</param>
    public Task<SmtpServerReply> MailAsync(string envelopeSender, string parameters = "") =>
        SendAsync($"MAIL FROM:<{envelopeSender}> {parameters}".TrimEnd());

    public Task<SmtpServerReply> RcptAsync(string recipient) => SendAsync($"RCPT TO:<{recipient}>");

    /// <summary>DATA only. After 354 comes <see cref="SendMessageAsync(string)"/>.</summary>
    public Task<SmtpServerReply> DataAsync() => SendAsync("DATA");

    /// <summary>The message and the final dot; the reply tells what became of it.</summary>
    /// <param name="message">Header and body, lines separated by LF, without dot stuffing; it is added here.</param>
    public async Task<SmtpServerReply> SendMessageAsync(string message)
    {
        IEnumerable<string> lines = message.TrimEnd('\n').Split('\n')
            .Select(line => line.StartsWith('.') ? $".{line}" : line);
        await WriteAsync(string.Join("\r\n", [.. lines, ".", ""]));
        return await ReadReplyAsync();
    }

    /// <summary>As <see cref="SendMessageAsync(string)"/>, for octets that are no text.</summary>
    /// <param name="message">Lines end in LF, which is sent as CR LF; none begins with a dot.</param>
    public async Task<SmtpServerReply> SendMessageAsync(ReadOnlyMemory<byte> message)
    {
        string text = Encoding.Latin1.GetString(message.Span).Replace("\n", "\r\n", StringComparison.Ordinal);
        transcript.Append(CultureInfo.InvariantCulture, $" -> {text.Length} octets\n");
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"{text}\r\n.\r\n"));
        return await ReadReplyAsync();
    }

    /// <summary>One transaction up to the first reply that is not 2xx or 354, or to the reply after the dot.</summary>
    public async Task<SmtpServerReply> SubmitAsync(string envelopeSender, string recipient, string subject = "test")
    {
        SmtpServerReply reply = await MailAsync(envelopeSender);
        if (reply.IsSuccess)
            reply = await RcptAsync(recipient);
        if (reply.IsSuccess)
            reply = await DataAsync();
        return reply.Code == 354
            ? await SendMessageAsync($"From: {envelopeSender}\nTo: {recipient}\nSubject: {subject}\n\n{subject}\n")
            : reply;
    }

    /// <summary>Reads one reply with all its lines. Code 0 and no line: the server closed the connection.</summary>
    public async Task<SmtpServerReply> ReadReplyAsync()
    {
        List<string> lines = [];
        using CancellationTokenSource timeout = new(ReplyLimit);
        try
        {
            while (lines is [] || lines[^1].ElementAtOrDefault(3) == '-')
            {
                if (await reader.ReadLineAsync(timeout.Token) is not { } line)
                    break;
                lines.Add(line);
                transcript.Append(CultureInfo.InvariantCulture, $"<-  {line}\n");
            }

            return new(lines);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"no reply within {ReplyLimit.TotalSeconds} s to\n{Transcript}", late);
        }
    }

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        client.Dispose();
        return default;
    }

    private async Task WriteAsync(string text)
    {
        transcript.Append(CultureInfo.InvariantCulture, $" -> {text.Replace("\r\n", "\n", StringComparison.Ordinal)}");
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text));
    }
}
