using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.Bench.Conversations;

/// <summary>lmtp(8) of Postfix with one message after the other, the commands of each in one go. Each goes to another mailbox.</summary>
/// <param name="octets">Size of a message.</param>
internal sealed class LmtpConversation(int mailboxes, int octets) : IConversation
{
    private static int lastMessage;

    private readonly byte[] content = [.. ContentOf(octets), .. ".\r\n"u8];
    private readonly byte[] commands = new byte[512];
    private readonly byte[] greeting = new byte[4096];
    private bool tellsClient;
    private bool isAtLineStart;
    private bool isSending;
    private int awaited;

    public void Open(Socket socket)
    {
        Read(socket);
        socket.Send("LHLO mx.truenorth.local\r\n"u8);
        tellsClient = Read(socket).Contains("XFORWARD", StringComparison.Ordinal);
    }

    public ReadOnlySpan<byte> Begin()
    {
        var number = ++lastMessage;

        // The form of Postfix's long queue ids: no two are the same.
        var forward = tellsClient
            ? string.Create(CultureInfo.InvariantCulture, $"XFORWARD NAME=client.example ADDR=192.0.2.7 PORT=40000\r\nXFORWARD PROTO=ESMTP HELO=client.example IDENT=4jX2H{number:D9}z1k9rS SOURCE=REMOTE\r\n")
            : "";
        var length = Encoding.ASCII.GetBytes($"{forward}MAIL FROM:<someone@elsewhere.example>\r\nRCPT TO:<{People.LoginOf(number % mailboxes)}>\r\nDATA\r\n", commands);
        (awaited, isAtLineStart, isSending) = (tellsClient ? 5 : 3, true, false);
        return commands.AsSpan(0, length);
    }

    public bool Take(ReadOnlySpan<byte> received, out ReadOnlySpan<byte> next)
    {
        next = default;
        foreach (var octet in received)
        {
            if (isAtLineStart && octet is not ((byte)'2' or (byte)'3')) throw new InvalidDataException($"not stored: {Encoding.UTF8.GetString(received).Trim()}");
            isAtLineStart = octet == '\n';
            if (isAtLineStart) awaited--;
        }

        if (awaited > 0) return false;
        if (isSending) return true;
        (isSending, awaited) = (true, 1);
        next = content;
        return false;
    }

    /// <summary>A whole reply, whose last line has a blank behind its code.</summary>
    private string Read(Socket socket)
    {
        for (var has = 0; ;)
        {
            var read = socket.Receive(greeting.AsSpan(has));
            has += read > 0 ? read : throw new InvalidDataException("closed");
            var text = Encoding.ASCII.GetString(greeting, 0, has);
            if (text.EndsWith('\n') && text.TrimEnd().Split('\n')[^1].AsSpan(3).StartsWith(" ")) return text;
        }
    }

    private static byte[] ContentOf(int octets)
    {
        StringBuilder text = new("From: Someone <someone@elsewhere.example>\r\nTo: user@truenorth.local\r\nSubject: measured\r\nMessage-ID: <measured@elsewhere.example>\r\n\r\n");
        while (text.Length < octets) text.Append("The quick brown fox jumps over the lazy dog, and nobody is asked twice.\r\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
