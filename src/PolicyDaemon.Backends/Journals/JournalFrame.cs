using System.Buffers.Binary;
using System.Numerics;

namespace PolicyDaemon.Backends.Journals;

/// <summary>How a record lies in a journal: octets of its payload (4), CRC-32C (Castagnoli) of the payload (4), and the payload. A torn or damaged one is told by it.</summary>
internal static class JournalFrame
{
    public const int HeaderLength = 8;

    /// <summary>Fills in the header of a record whose payload is there.</summary>
    /// <param name="record">Room for the header, then the payload to the end.</param>
    public static void Seal(Span<byte> record)
    {
        BinaryPrimitives.WriteInt32LittleEndian(record, record.Length - HeaderLength);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], ChecksumOf(record[HeaderLength..]));
    }

    /// <param name="octets">Begin with a record; go on behind it.</param>
    /// <param name="maxLength">More than any payload has. A longer one is damage.</param>
    /// <returns>False: at the end, or what follows was torn or damaged.</returns>
    public static bool TryOpen(ref ReadOnlySpan<byte> octets, int maxLength, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (octets.Length < HeaderLength) return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(octets);
        if (length <= 0 || length > maxLength || octets.Length < HeaderLength + length) return false;
        payload = octets.Slice(HeaderLength, length);
        if (BinaryPrimitives.ReadUInt32LittleEndian(octets[4..]) != ChecksumOf(payload)) return false;
        octets = octets[(HeaderLength + length)..];
        return true;
    }

    private static uint ChecksumOf(ReadOnlySpan<byte> octets)
    {
        var sum = uint.MaxValue;
        for (; octets.Length >= sizeof(ulong); octets = octets[sizeof(ulong)..]) sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(octets));
        foreach (var octet in octets) sum = BitOperations.Crc32C(sum, octet);
        return ~sum;
    }
}
