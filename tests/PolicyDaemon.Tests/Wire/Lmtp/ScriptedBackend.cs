using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using PolicyDaemon.Tests.Wire.PostfixPolicy;
using PolicyDaemon.Wire.Framing;
using PolicyDaemon.Wire.Lmtp;

namespace PolicyDaemon.Tests.Wire.Lmtp;

/// <summary>
/// Stands where Dovecot's LMTP stands: well-behaved, but for what a test puts into <see cref="Answers"/>. A text is sent as it is, with CRLF behind it when it has none;
/// empty is silence, and null closes the connection.
/// </summary>
internal sealed class ScriptedBackend
{
    public const string AtDot = ".";
    public const string AtGreeting = "";

    /// <summary>Lines of the reply to LHLO.</summary>
    public string Offers { get; set; } = "250-store\r\n250-8BITMIME\r\n250-CHUNKING\r\n250-STARTTLS\r\n250-ENHANCEDSTATUSCODES\r\n250 PIPELINING";

    /// <summary>By the beginning of the command: what is said instead, once for each connection that comes to it.</summary>
    public Dictionary<string, Queue<string?>> Answers { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Commands { get; } = new();

    /// <summary>Contents that were ended, as they came, with their dots and without their end.</summary>
    public ConcurrentQueue<string> Messages { get; } = new();

    public List<ServedConnection> Connections { get; } = [];

    public bool IsUp { get; set; } = true;

    public LmtpBackend As(string name) => new(name, ConnectAsync);

    public ScriptedBackend Say(string command, params string?[] answers)
    {
        Answers[command] = new Queue<string?>(answers);
        return this;
    }

    private ValueTask<IPipeConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (!IsUp) throw new IOException("connection refused");
        ServedConnection connection = new();
        Connections.Add(connection);
        _ = ServeAsync(connection);
        return ValueTask.FromResult<IPipeConnection>(connection);
    }

    private async Task ServeAsync(ServedConnection connection)
    {
        var recipients = 0;
        if (!await AnswerAsync(connection, AtGreeting, "220 store LMTP ready")) return;
        var pending = "";
        var isContent = false;
        while (true)
        {
            var read = await connection.Server.Input.ReadAsync();
            pending += Encoding.Latin1.GetString(read.Buffer.ToArray());
            connection.Server.Input.AdvanceTo(read.Buffer.End);
            while (true)
            {
                var end = isContent ? ("\r\n" + pending).IndexOf("\r\n.\r\n", StringComparison.Ordinal) : pending.IndexOf("\r\n", StringComparison.Ordinal);
                if (end < 0) break;
                var text = pending[..end];
                pending = pending[(end + (isContent ? 3 : 2))..];
                if (isContent)
                {
                    isContent = false;
                    Messages.Enqueue(text);
                    for (var i = 0; i < recipients; i++)
                    {
                        if (!await AnswerAsync(connection, AtDot, $"250 2.0.0 saved {i + 1}")) return;
                    }

                    recipients = 0;
                    continue;
                }

                Commands.Enqueue(text);
                var verb = text.Split(' ', ':')[0].ToUpperInvariant();
                if (verb is "RSET" or "MAIL") recipients = 0;
                var usual = verb switch { "LHLO" => Offers, "DATA" => "354 go on", "QUIT" => "221 2.0.0 bye", "XCLIENT" => "220 store again", _ => "250 2.0.0 ok" };
                var (said, isOpen) = await SayAsync(connection, FindKey(text), usual);
                if (!isOpen) return;
                if (verb == "RCPT" && said.StartsWith('2')) recipients++;
                isContent = verb == "DATA" && said.StartsWith("354", StringComparison.Ordinal);
            }

            if (read.IsCompleted) return;
        }
    }

    private string FindKey(string text) => Answers.Keys.Where(key => key is not (AtDot or AtGreeting)).FirstOrDefault(key => text.StartsWith(key, StringComparison.Ordinal)) ?? text;

    private async Task<bool> AnswerAsync(ServedConnection connection, string key, string usual) => (await SayAsync(connection, key, usual)).IsOpen;

    private async Task<(string Said, bool IsOpen)> SayAsync(ServedConnection connection, string key, string usual)
    {
        var answer = Answers.TryGetValue(key, out var queue) && queue.TryDequeue(out var scripted) ? scripted : usual;
        if (answer is null)
        {
            await connection.CloseAsync();
            return ("", false);
        }

        if (answer.Length > 0) await connection.Server.Output.WriteAsync(Encoding.Latin1.GetBytes(answer.EndsWith('\n') ? answer : answer + "\r\n"));
        return (answer, true);
    }
}
