using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.Bench.Milter;

/// <summary>The mail server's end of one milter connection: packets as Postfix 3.7 sends them, as far as they were negotiated.</summary>
public sealed class MilterClient : IDisposable
{
    // Steps that are left out, and those that get no reply (SMFIP_NO*, SMFIP_NR_*).
    private const uint NoConnect = 1, NoHelo = 2, NoMail = 4, NoRecipient = 8, NoBody = 0x10, NoHeader = 0x20, NoEndOfHeader = 0x40, NoData = 0x200;
    private const uint SilentHeader = 0x80, SilentConnect = 0x1000, SilentHelo = 0x2000, SilentMail = 0x4000, SilentRecipient = 0x8000;
    private const uint SilentData = 0x10000, SilentEndOfHeader = 0x40000, SilentBody = 0x80000;

    private static readonly (string Name, string Value)[] Header =
    [
        ("Date", " Sat, 21 Nov 2026 18:35:42 +0000"), ("To", " bob@truenorth.local"), ("From", " someone@example.org"), ("Subject", " minutes of the meeting"),
        ("Message-Id", " <20261121183542.024030@example.org>"), ("MIME-Version", " 1.0"), ("Content-Type", " text/plain"),
    ];

    private static readonly string Body = string.Concat(Enumerable.Repeat("This is a line of a message of the usual length.\r\n", 40));

    private readonly Socket socket;
    private readonly CancellationToken cancellation;
    private readonly MemoryStream sending = new();
    private readonly byte[] received = new byte[64 * 1024];
    private int begin;
    private int end;
    private uint steps;

    private MilterClient(Socket socket, CancellationToken cancellation)
    {
        this.socket = socket;
        this.cancellation = cancellation;
    }

    /// <summary>Connects, negotiates and says who the client is: the beginning of an SMTP session.</summary>
    public static async Task<MilterClient> OpenAsync(EndPoint server, CancellationToken cancellation)
    {
        MilterClient client = new(Sockets.Connect(server), cancellation);
        client.Add('O', "\0\0\0\x06\0\0\x01\u00ff\0\x1f\u00ff\u00ff");
        client.steps = BinaryPrimitives.ReadUInt32BigEndian((await client.AskAsync()).AsSpan(13));
        client.Add('D', "C{daemon_name}\0smtp\0{client_addr}\0192.0.2.7\0");
        await client.SayAsync('C', "mail.example.org\04\u009c\u0040192.0.2.7\0", NoConnect, SilentConnect);
        client.Add('D', "H");
        await client.SayAsync('H', "mail.example.org\0", NoHelo, SilentHelo);
        return client;
    }

    /// <summary>One message from outside to one recipient.</summary>
    /// <returns>The reply's letter that was not <c>c</c>, or <c>c</c>.</returns>
    public async Task<char> SendAsync(string recipient, string queueId)
    {
        Add('D', "M");
        if (await SayAsync('M', "<someone@example.org>\0SIZE=2400\0", NoMail, SilentMail) is not 'c' and var mail) return mail;
        Add('D', "R");
        if (await SayAsync('R', $"<{recipient}>\0", NoRecipient, SilentRecipient) is not 'c' and var rcpt) return rcpt;
        Add('D', $"Ti\0{queueId}\0");
        await SayAsync('T', "", NoData, SilentData);
        await SendContentAsync($"i\0{queueId}\0");
        Add('D', $"Ei\0{queueId}\0");
        Add('E', "");
        var last = (char)(await AskAsync())[4];
        Add('A', "");
        return last == 'a' ? 'c' : last;
    }

    public void Dispose() => socket.Dispose();

    private async Task SendContentAsync(string macros)
    {
        foreach (var (name, value) in Header)
        {
            Add('D', "L" + macros);
            await SayAsync('L', $"{name}\0{value}\0", NoHeader, SilentHeader);
        }

        Add('D', "N" + macros);
        await SayAsync('N', "", NoEndOfHeader, SilentEndOfHeader);
        Add('D', "B" + macros);
        await SayAsync('B', Body, NoBody, SilentBody);
    }

    /// <summary>Says one step, if it is wanted.</summary>
    /// <returns>The reply's letter; <c>c</c> where none comes, and what is to be sent then goes with the next.</returns>
    private async ValueTask<char> SayAsync(char command, string data, uint leftOut, uint silent)
    {
        if ((steps & leftOut) != 0) return 'c';
        Add(command, data);
        return (steps & silent) != 0 ? 'c' : (char)(await AskAsync())[4];
    }

    private void Add(char command, string data)
    {
        Span<byte> head = stackalloc byte[5];
        BinaryPrimitives.WriteInt32BigEndian(head, data.Length + 1);
        head[4] = (byte)command;
        sending.Write(head);
        sending.Write(Encoding.Latin1.GetBytes(data));
    }

    /// <summary>Sends what is waiting and reads one packet, its length included; a progress report is passed over.</summary>
    private async ValueTask<byte[]> AskAsync()
    {
        for (var rest = sending.GetBuffer().AsMemory(0, (int)sending.Length); !rest.IsEmpty;) rest = rest[await socket.SendAsync(rest, cancellation)..];
        sending.SetLength(0);
        while (true)
        {
            await FillAsync(sizeof(uint));
            var length = sizeof(uint) + BinaryPrimitives.ReadInt32BigEndian(received.AsSpan(begin));
            await FillAsync(length);
            var packet = received.AsSpan(begin, length).ToArray();
            begin += length;
            if (packet[4] != 'p') return packet;
        }
    }

    private async ValueTask FillAsync(int length)
    {
        if (begin == end) (begin, end) = (0, 0);
        while (end - begin < length)
        {
            var count = await socket.ReceiveAsync(received.AsMemory(end), cancellation);
            if (count == 0) throw new IOException("connection closed");
            end += count;
        }
    }
}
