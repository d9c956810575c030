using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.Bench.Lmtp;

/// <summary>One connection as lmtp(8) of Postfix uses it: the commands of a message in one go, one message after the other.</summary>
internal sealed class LmtpSender : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly byte[] End = ".\r\n"u8.ToArray();

    private readonly Socket socket;
    private readonly byte[] buffer = new byte[4096];
    private readonly bool tellsClient;
    private int start;
    private int end;

    public LmtpSender(EndPoint endpoint)
    {
        socket = Sockets.Connect(endpoint);
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        Expect("220");
        Say("LHLO mx.truenorth.local\r\n");
        for (var last = "250-"; last.StartsWith("250-", StringComparison.Ordinal);)
        {
            last = ReadLine();
            tellsClient |= last.Contains("XFORWARD", StringComparison.Ordinal);
        }
    }

    /// <summary>Returns when it is stored.</summary>
    /// <param name="content">Whole lines without a dot at their beginning; sent <paramref name="times"/> times.</param>
    /// <exception cref="IOException">Any other answer.</exception>
    public void Send(string recipient, string queueId, byte[] content, long times = 1)
    {
        var forward = tellsClient
            ? $"XFORWARD NAME=client.example ADDR=192.0.2.7 PORT=40000\r\nXFORWARD PROTO=ESMTP HELO=client.example IDENT={queueId} SOURCE=REMOTE\r\n"
            : "";
        Say($"{forward}MAIL FROM:<someone@elsewhere.example>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n");
        for (var i = tellsClient ? 4 : 2; i > 0; i--) Expect("250");
        Expect("354");
        if (times == 1)
        {
            Send([content, End]);
        }
        else
        {
            for (var i = 0L; i < times; i++) Send([content]);
            Send([End]);
        }

        Expect("250");
    }

    public void Dispose() => socket.Dispose();

    private void Say(string commands) => Send([Encoding.ASCII.GetBytes(commands)]);

    private void Send(List<ArraySegment<byte>> parts)
    {
        // A blocking socket takes all of them.
        socket.Send(parts);
    }

    private void Expect(string code)
    {
        var line = ReadLine();
        if (!line.StartsWith(code, StringComparison.Ordinal)) throw new IOException($"{code} was expected: {line}");
    }

    private string ReadLine()
    {
        while (true)
        {
            var at = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (at >= 0)
            {
                var line = Encoding.ASCII.GetString(buffer, start, at).TrimEnd('\r');
                start += at + 1;
                return line;
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            var read = socket.Receive(buffer, end, buffer.Length - end, SocketFlags.None);
            if (read == 0) throw new IOException("closed");
            end += read;
        }
    }
}
