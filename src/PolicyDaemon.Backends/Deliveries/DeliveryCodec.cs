using System.Buffers.Binary;
using System.Text;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Backends.Deliveries;

/// <summary>One record as the journal has it: octets of the payload (4), CRC-32C of the payload (4), and the payload.</summary>
internal static class DeliveryCodec
{
    private const int HeaderLength = 8;

    /// <summary>Of any text; what is longer is cut. An address has at most 320 octets, a reply line 512.</summary>
    private const int MaxCharacters = 1024;

    /// <summary>More than any record has. A longer one is damage.</summary>
    private const int MaxLength = 64 * 1024;

    /// <param name="sequence">Counts up by one from record to record.</param>
    public static byte[] Write(long sequence, DeliveryRecord record)
    {
        using MemoryStream stream = new();
        stream.SetLength(HeaderLength);
        stream.Position = HeaderLength;
        using (BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true)) WritePayload(writer, sequence, record);
        var octets = stream.ToArray();
        var payload = octets.AsSpan(HeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(octets, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(octets.AsSpan(4), JournalChecksum.Of(payload));
        return octets;
    }

    /// <summary>Reads the first record.</summary>
    /// <param name="octets">Goes on behind it.</param>
    /// <returns>Null: at the end, or what follows was torn or damaged.</returns>
    public static SequencedDelivery? TryRead(ref ReadOnlySpan<byte> octets)
    {
        if (octets.Length < HeaderLength) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(octets);
        if (length is <= 0 or > MaxLength || octets.Length < HeaderLength + length) return null;
        var payload = octets.Slice(HeaderLength, length);
        if (BinaryPrimitives.ReadUInt32LittleEndian(octets[4..]) != JournalChecksum.Of(payload)) return null;
        using BinaryReader reader = new(new MemoryStream(payload.ToArray()), Encoding.UTF8);
        octets = octets[(HeaderLength + length)..];
        return ReadPayload(reader);
    }

    private static void WritePayload(BinaryWriter writer, long sequence, DeliveryRecord record)
    {
        var delivery = record.Delivery;
        writer.Write(sequence);
        writer.Write(record.Id.ToByteArray());
        writer.Write(record.At.UtcTicks);
        writer.Write(delivery.Size);
        writer.Write((long)delivery.Elapsed.TotalMilliseconds);
        foreach (var text in (string[])
            [
                DeliveryWords.Of(delivery.Outcome), DeliveryWords.Of(delivery.Stage), record.Node, delivery.QueueId, delivery.Sender, delivery.Recipient, delivery.Digest,
                delivery.Backend, delivery.Reply,
            ])
        {
            writer.Write(text.Length <= MaxCharacters ? text : text[..MaxCharacters]);
        }
    }

    private static SequencedDelivery ReadPayload(BinaryReader reader)
    {
        var sequence = reader.ReadInt64();
        Guid id = new(reader.ReadBytes(16));
        DateTimeOffset at = new(reader.ReadInt64(), TimeSpan.Zero);
        var size = reader.ReadInt64();
        var elapsed = TimeSpan.FromMilliseconds(reader.ReadInt64());
        var (outcome, stage, node) = (DeliveryWords.Outcome(reader.ReadString()), DeliveryWords.Stage(reader.ReadString()), reader.ReadString());
        return new SequencedDelivery(sequence, new DeliveryRecord(id, node, at, new Delivery
        {
            Outcome = outcome,
            Stage = stage,
            QueueId = reader.ReadString(),
            Sender = reader.ReadString(),
            Recipient = reader.ReadString(),
            Size = size,
            Digest = reader.ReadString(),
            Backend = reader.ReadString(),
            Reply = reader.ReadString(),
            Elapsed = elapsed,
        }));
    }
}

/// <summary>A record and its place in the journal.</summary>
public readonly record struct SequencedDelivery(long Sequence, DeliveryRecord Record);
