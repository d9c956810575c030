using System.Buffers.Binary;
using System.Text;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>Charges as octets, for the store's memory of charges and for the journal.</summary>
/// <remarks>One after the other: octets of the key (2), key in UTF-8, units (8), limit (8), window in ticks (8); numbers little-endian.</remarks>
internal static class ChargeDetail
{
    private const int NumbersLength = 24;

    public static byte[] Write(IReadOnlyList<Charge> charges)
    {
        var length = 0;
        foreach (var charge in charges) length += sizeof(ushort) + Encoding.UTF8.GetByteCount(charge.Key) + NumbersLength;
        var octets = new byte[length];
        var rest = octets.AsSpan();
        foreach (var charge in charges)
        {
            var key = Encoding.UTF8.GetBytes(charge.Key, rest[sizeof(ushort)..]);
            BinaryPrimitives.WriteUInt16LittleEndian(rest, checked((ushort)key));
            rest = rest[(sizeof(ushort) + key)..];
            BinaryPrimitives.WriteInt64LittleEndian(rest, charge.Units);
            BinaryPrimitives.WriteInt64LittleEndian(rest[8..], charge.Limit);
            BinaryPrimitives.WriteInt64LittleEndian(rest[16..], charge.Window.Ticks);
            rest = rest[NumbersLength..];
        }

        return octets;
    }

    /// <returns>Null: these are not such octets.</returns>
    public static IReadOnlyList<Charge>? TryRead(ReadOnlySpan<byte> octets)
    {
        var charges = new List<Charge>();
        while (!octets.IsEmpty)
        {
            if (octets.Length < sizeof(ushort)) return null;
            int length = BinaryPrimitives.ReadUInt16LittleEndian(octets);
            if (octets.Length < sizeof(ushort) + length + NumbersLength) return null;
            var key = Encoding.UTF8.GetString(octets.Slice(sizeof(ushort), length));
            octets = octets[(sizeof(ushort) + length)..];
            var (units, limit) = (BinaryPrimitives.ReadInt64LittleEndian(octets), BinaryPrimitives.ReadInt64LittleEndian(octets[8..]));
            var window = BinaryPrimitives.ReadInt64LittleEndian(octets[16..]);
            if (units < 0 || window <= 0) return null;
            charges.Add(new Charge(key, units, limit, TimeSpan.FromTicks(window)));
            octets = octets[NumbersLength..];
        }

        return charges;
    }
}
