using System.Buffers.Binary;
using System.Text;

namespace PolicyDaemon.Bench.Milter;

/// <summary>One message in packets as Postfix 3.7 sends them, as far as a filter has asked for them; made once for a session.</summary>
internal sealed class MilterMessage
{
    // Steps that are left out, and those that get no reply (SMFIP_NO*, SMFIP_NR_*).
    private const uint NoConnect = 1, NoHelo = 2, NoMail = 4, NoRecipient = 8, NoBody = 0x10, NoHeader = 0x20, NoEndOfHeader = 0x40, NoData = 0x200;
    private const uint SilentHeader = 0x80, SilentConnect = 0x1000, SilentHelo = 0x2000, SilentMail = 0x4000, SilentRecipient = 0x8000;
    private const uint SilentData = 0x10000, SilentEndOfHeader = 0x40000, SilentBody = 0x80000;

    /// <summary>The form of Postfix's long queue ids; the digits are the message's own.</summary>
    private const string QueueId = "4jX2H000000000z1k9rS";
    private static readonly byte[] QueueIdMark = "4jX2H"u8.ToArray();

    private static readonly (string Name, string Value)[] Header =
    [
        ("Date", " Sat, 21 Nov 2026 18:35:42 +0000"), ("To", $" {People.LoginOf(1)}"), ("From", " someone@example.org"), ("Subject", " minutes of the meeting"),
        ("Message-Id", " <20261121183542.024030@example.org>"), ("MIME-Version", " 1.0"), ("Content-Type", " text/plain"),
    ];

    private static readonly string Body = string.Concat(Enumerable.Repeat("This is a line of a message of the usual length.\r\n", 40));

    private readonly uint wanted;
    private readonly List<byte[]> beginning = [];
    private readonly List<MilterPackets> steps = [];
    private readonly MemoryStream sending = new();

    private MilterMessage(uint wanted) => this.wanted = wanted;

    /// <summary>The packet that offers everything.</summary>
    public static byte[] Negotiation { get; } = Packet('O', "\0\0\0\x06\0\0\x01\u00ff\0\x1f\u00ff\u00ff");

    /// <summary>Who the client is; each is answered.</summary>
    public IReadOnlyList<byte[]> Beginning => beginning;

    /// <summary>The message; each is answered.</summary>
    public IReadOnlyList<MilterPackets> Steps => steps;

    /// <param name="wanted">The protocol steps that the filter has negotiated.</param>
    public static MilterMessage For(uint wanted)
    {
        MilterMessage made = new(wanted);
        made.WriteBeginning();
        made.WriteMessage();
        return made;
    }

    private void WriteBeginning()
    {
        Say('C', "C{daemon_name}\0smtp\0{client_addr}\0192.0.2.7\0", "mail.example.org\04\u009c\u0040192.0.2.7\0", NoConnect, SilentConnect);
        Say('H', "H", "mail.example.org\0", NoHelo, SilentHelo);
        beginning.AddRange(steps.Select(step => step.Octets));
        steps.Clear();
    }

    private void WriteMessage()
    {
        var macros = $"i\0{QueueId}\0";
        Say('M', "M", "<someone@example.org>\0SIZE=2400\0", NoMail, SilentMail);
        Say('R', "R", $"<{People.LoginOf(1)}>\0", NoRecipient, SilentRecipient);
        Say('T', $"T{macros}", "", NoData, SilentData);
        foreach (var (name, value) in Header) Say('L', $"L{macros}", $"{name}\0{value}\0", NoHeader, SilentHeader);
        Say('N', $"N{macros}", "", NoEndOfHeader, SilentEndOfHeader);
        Say('B', $"B{macros}", Body, NoBody, SilentBody);
        Say('E', $"E{macros}", "", 0, 0);

        // The end of the message before goes with the beginning of the next.
        steps[0] = new([.. Packet('A', ""), .. steps[0].Octets], QueueIdMark);
    }

    private void Say(char command, string macros, string data, uint leftOut, uint silent)
    {
        sending.Write(Packet('D', macros));
        if ((wanted & leftOut) != 0) return;
        sending.Write(Packet(command, data));
        if (silent != 0 && (wanted & silent) != 0) return;
        steps.Add(new(sending.ToArray(), QueueIdMark));
        sending.SetLength(0);
    }

    private static byte[] Packet(char command, string data)
    {
        var packet = new byte[5 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(packet, data.Length + 1);
        packet[4] = (byte)command;
        Encoding.Latin1.GetBytes(data, packet.AsSpan(5));
        return packet;
    }
}

/// <summary>Packets that are sent together, the last of which is answered.</summary>
internal sealed class MilterPackets(byte[] octets, byte[] queueIdMark)
{
    public byte[] Octets => octets;

    /// <summary>Where the digits of queue ids begin.</summary>
    public IReadOnlyList<int> QueueIdsAt { get; } = Find(octets, queueIdMark);

    private static List<int> Find(byte[] octets, byte[] mark)
    {
        List<int> found = [];
        for (var from = 0; octets.AsSpan(from).IndexOf(mark) is >= 0 and var at; from += at + mark.Length) found.Add(from + at + mark.Length);
        return found;
    }
}
