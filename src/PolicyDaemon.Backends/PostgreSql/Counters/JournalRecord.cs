using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using PolicyDaemon.Backends.Journals;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>One charge of this node, or one that it gave back.</summary>
/// <param name="Sequence">Never less than that of the record before; charges that the store took in one call have one.</param>
/// <param name="Charges">None: what was charged under this id is given back.</param>
internal sealed record JournalRecord(long Sequence, DateTimeOffset At, Guid Id, IReadOnlyList<Charge> Charges) : IJournalRecord<JournalRecord>
{
    /// <summary>Sequence (8), time in ticks of UTC (8), id (16), then the charges as <see cref="ChargeDetail"/> writes them.</summary>
    private const int FixedLength = 32;

    /// <summary>More than any message has. A longer one is damage.</summary>
    private const int MaxLength = 1 << 20;

    public bool IsRefund => Charges.Count == 0;

    public byte[] Write()
    {
        var detail = ChargeDetail.Write(Charges);
        var octets = new byte[JournalFrame.HeaderLength + FixedLength + detail.Length];
        var payload = octets.AsSpan(JournalFrame.HeaderLength);
        BinaryPrimitives.WriteInt64LittleEndian(payload, Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(payload[8..], At.UtcTicks);
        Id.TryWriteBytes(payload[16..]);
        detail.CopyTo(payload[FixedLength..]);
        JournalFrame.Seal(octets);
        return octets;
    }

    public static bool TryRead(ref ReadOnlySpan<byte> octets, [MaybeNullWhen(false)] out JournalRecord record)
    {
        record = null;
        var rest = octets;
        if (!JournalFrame.TryOpen(ref rest, MaxLength, out var payload) || payload.Length < FixedLength) return false;
        if (ChargeDetail.TryRead(payload[FixedLength..]) is not { } charges) return false;
        octets = rest;
        var at = new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(payload[8..]), TimeSpan.Zero);
        record = new JournalRecord(BinaryPrimitives.ReadInt64LittleEndian(payload), at, new Guid(payload.Slice(16, 16)), charges);
        return true;
    }
}
