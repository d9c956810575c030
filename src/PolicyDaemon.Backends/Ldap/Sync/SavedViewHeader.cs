using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>The first octets of a saved view: what it is, when a provider was last heard, and by which settings it was made.</summary>
/// <remarks>
/// <code>
/// magic(8) version(4)  heard(8) check(16)  id(16) fingerprint(32) heard when saved(8)
/// </code>
/// The middle part is written anew, in place, while the rest stays, and the checksum of the whole file leaves it out. It has its own, bound
/// to this file by the random id. Where it does not fit (power failed within the 24 octets), the time at which the file was saved
/// counts: a view may look older than it is, never younger.
/// </remarks>
internal readonly ref struct SavedViewHeader(Span<byte> octets)
{
    public const int Size = 92;

    /// <summary>Where the part begins that is written in place.</summary>
    public const int HeardOffset = 12;

    /// <summary>Where the part begins that the checksum of the file counts again.</summary>
    public const int HeardEnd = HeardOffset + HeardSize;

    /// <summary>Counts up with every change of the format, and of how values are normalized.</summary>
    private const int Version = 1;

    private const int HeardSize = 8 + CheckSize;
    private const int CheckSize = 16;

    private readonly Span<byte> octets = octets;

    private static ReadOnlySpan<byte> Magic => "PDview\n\x1a"u8;

    public Span<byte> HeardPart => octets[HeardOffset..HeardEnd];

    /// <summary>When a provider was last heard; of nonsense, the end of time.</summary>
    public DateTimeOffset Heard
    {
        get
        {
            Span<byte> check = stackalloc byte[CheckSize];
            WriteCheck(check);
            var ticks = BinaryPrimitives.ReadInt64LittleEndian(CryptographicOperations.FixedTimeEquals(check, octets[20..HeardEnd]) ? octets[HeardOffset..] : octets[84..]);
            return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : DateTimeOffset.MaxValue;
        }
    }

    public void Write(ReadOnlySpan<byte> fingerprint, DateTimeOffset heard)
    {
        Magic.CopyTo(octets);
        BinaryPrimitives.WriteInt32LittleEndian(octets[8..], Version);
        RandomNumberGenerator.Fill(octets[36..52]);
        fingerprint.CopyTo(octets[52..84]);
        BinaryPrimitives.WriteInt64LittleEndian(octets[84..], heard.UtcTicks);
        WriteHeard(heard);
    }

    public void WriteHeard(DateTimeOffset heard)
    {
        BinaryPrimitives.WriteInt64LittleEndian(octets[HeardOffset..], heard.UtcTicks);
        WriteCheck(octets[20..HeardEnd]);
    }

    /// <returns>Null, or why the file is not for us.</returns>
    public string? FindFault(ReadOnlySpan<byte> fingerprint)
    {
        if (!octets[..8].SequenceEqual(Magic)) return "it is not a saved view";
        var version = BinaryPrimitives.ReadInt32LittleEndian(octets[8..]);
        if (version != Version) return $"it is of format {version}, and this version of the daemon writes format {Version}";
        return octets[52..84].SequenceEqual(fingerprint) ? null : "it was saved with other settings of the directory (base, filter, attributes, values, delimiter or origin)";
    }

    private void WriteCheck(Span<byte> check)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> bound = stackalloc byte[24];
        octets[HeardOffset..20].CopyTo(bound);
        octets[36..52].CopyTo(bound[8..]);
        SHA256.HashData(bound, hash);
        hash[..CheckSize].CopyTo(check);
    }
}
