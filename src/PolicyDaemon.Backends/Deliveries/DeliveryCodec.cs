using System.Text;
using PolicyDaemon.Backends.Journals;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Backends.Deliveries;

/// <summary>One delivery as the journal has it.</summary>
internal static class DeliveryCodec
{
    /// <summary>Of any text; what is longer is cut. An address has at most 320 octets, a reply line 512.</summary>
    private const int MaxCharacters = 1024;

    /// <summary>More than any record has. A longer one is damage.</summary>
    private const int MaxLength = 64 * 1024;

    /// <param name="sequence">Counts up by one from record to record.</param>
    public static byte[] Write(long sequence, DeliveryRecord record)
    {
        using MemoryStream stream = new();
        stream.SetLength(JournalFrame.HeaderLength);
        stream.Position = JournalFrame.HeaderLength;
        using (BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true)) WritePayload(writer, sequence, record);
        var octets = stream.ToArray();
        JournalFrame.Seal(octets);
        return octets;
    }

    /// <inheritdoc cref="IJournalRecord{TSelf}.TryRead"/>
    public static bool TryRead(ref ReadOnlySpan<byte> octets, out SequencedDelivery record)
    {
        record = default;
        if (!JournalFrame.TryOpen(ref octets, MaxLength, out var payload)) return false;
        using BinaryReader reader = new(new MemoryStream(payload.ToArray()), Encoding.UTF8);
        record = ReadPayload(reader);
        return true;
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
public readonly record struct SequencedDelivery(long Sequence, DeliveryRecord Record) : IJournalRecord<SequencedDelivery>
{
    DateTimeOffset IJournalRecord<SequencedDelivery>.At => Record.At;

    static bool IJournalRecord<SequencedDelivery>.TryRead(ref ReadOnlySpan<byte> octets, out SequencedDelivery record) => DeliveryCodec.TryRead(ref octets, out record);
}
