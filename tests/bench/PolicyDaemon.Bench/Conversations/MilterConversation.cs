using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using PolicyDaemon.Bench.Milter;

namespace PolicyDaemon.Bench.Conversations;

/// <summary>An SMTP session whose messages, of one recipient and 2 kB, go through a milter: as much of them as it wants to see.</summary>
internal sealed class MilterConversation : IConversation
{
    private const int QueueIdDigits = 9;
    private static int lastMessage;

    private readonly byte[] received = new byte[4096];
    private MilterMessage message = null!;
    private int step;
    private int length;

    public void Open(Socket socket)
    {
        socket.Send(MilterMessage.Negotiation);
        message = MilterMessage.For(BinaryPrimitives.ReadUInt32BigEndian(Receive(socket).AsSpan(13)));
        foreach (var packet in message.Beginning)
        {
            socket.Send(packet);
            Receive(socket);
        }
    }

    public ReadOnlySpan<byte> Begin()
    {
        lastMessage++;
        (step, length) = (0, 0);
        return Step();
    }

    public bool Take(ReadOnlySpan<byte> octets, out ReadOnlySpan<byte> next)
    {
        next = default;
        octets.CopyTo(received.AsSpan(length));
        length += octets.Length;
        while (length >= 5 && sizeof(uint) + BinaryPrimitives.ReadInt32BigEndian(received) is var packet && packet <= length)
        {
            var answer = (char)received[4];
            received.AsSpan(packet, length - packet).CopyTo(received);
            length -= packet;
            if (answer == 'p') continue;
            if (answer is not ('c' or 'a')) throw new InvalidDataException($"not accepted: {answer}");
            if (++step == message.Steps.Count) return true;
            next = Step();
            return false;
        }

        return false;
    }

    /// <summary>The next packets up to one that is answered, with the message's own queue id.</summary>
    private ReadOnlySpan<byte> Step()
    {
        var packets = message.Steps[step];
        foreach (var at in packets.QueueIdsAt) lastMessage.TryFormat(packets.Octets.AsSpan(at, QueueIdDigits), out _, "D9", CultureInfo.InvariantCulture);
        return packets.Octets;
    }

    private static byte[] Receive(Socket socket)
    {
        var packet = new byte[1024];
        var has = 0;
        while (has < 5 || has < sizeof(uint) + BinaryPrimitives.ReadInt32BigEndian(packet))
        {
            var read = socket.Receive(packet.AsSpan(has));
            has += read > 0 ? read : throw new InvalidDataException($"closed: {Encoding.ASCII.GetString(packet, 0, has)}");
        }

        return packet;
    }
}
