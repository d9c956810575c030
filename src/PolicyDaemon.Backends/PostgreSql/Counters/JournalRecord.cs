using System.Buffers.Binary;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>One charge of this node, or one that it gave back.</summary>
/// <param name="Sequence">Never less than that of the record before; charges that the store took in one call have one.</param>
/// <param name="Charges">None: what was charged under this id is given back.</param>
internal sealed record JournalRecord(long Sequence, DateTimeOffset At, Guid Id, IReadOnlyList<Charge> Charges)
{
    /// <summary>Octets of the payload (4), CRC-32C of the payload (4).</summary>
    private const int HeaderLength = 8;

    /// <summary>Sequence (8), time in ticks of UTC (8), id (16), then the charges as <see cref="ChargeDetail"/> writes them.</summary>
    private const int FixedLength = 32;

    /// <summary>More than any message has. A longer one is damage.</summary>
    private const int MaxLength = 1 << 20;

    public bool IsRefund => Charges.Count == 0;

    public byte[] Write()
    {
        var detail = ChargeDetail.Write(Charges);
        var octets = new byte[HeaderLength + FixedLength + detail.Length];
        var payload = octets.AsSpan(HeaderLength);
        BinaryPrimitives.WriteInt64LittleEndian(payload, Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(payload[8..], At.UtcTicks);
        Id.TryWriteBytes(payload[16..]);
        detail.CopyTo(payload[FixedLength..]);
        BinaryPrimitives.WriteInt32LittleEndian(octets, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(octets.AsSpan(4), JournalChecksum.Of(payload));
        return octets;
    }

    /// <summary>Reads the first record.</summary>
    /// <param name="octets">Goes on behind it.</param>
    /// <returns>Null: at the end, or what follows was torn or damaged.</returns>
    public static JournalRecord? TryRead(ref ReadOnlySpan<byte> octets)
    {
        if (octets.Length < HeaderLength + FixedLength) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(octets);
        if (length is < FixedLength or > MaxLength || octets.Length < HeaderLength + length) return null;
        var payload = octets.Slice(HeaderLength, length);
        if (BinaryPrimitives.ReadUInt32LittleEndian(octets[4..]) != JournalChecksum.Of(payload)) return null;
        if (ChargeDetail.TryRead(payload[FixedLength..]) is not { } charges) return null;
        octets = octets[(HeaderLength + length)..];
        var at = new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(payload[8..]), TimeSpan.Zero);
        return new JournalRecord(BinaryPrimitives.ReadInt64LittleEndian(payload), at, new Guid(payload.Slice(16, 16)), charges);
    }
}
