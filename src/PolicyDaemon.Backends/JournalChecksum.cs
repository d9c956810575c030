using System.Buffers.Binary;
using System.Numerics;

namespace PolicyDaemon.Backends;

/// <summary>CRC-32C (Castagnoli), by which a torn or damaged record of a journal is told.</summary>
internal static class JournalChecksum
{
    public static uint Of(ReadOnlySpan<byte> octets)
    {
        var sum = uint.MaxValue;
        for (; octets.Length >= sizeof(ulong); octets = octets[sizeof(ulong)..]) sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(octets));
        foreach (var octet in octets) sum = BitOperations.Crc32C(sum, octet);
        return ~sum;
    }
}
