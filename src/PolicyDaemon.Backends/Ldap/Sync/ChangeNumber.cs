using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>
/// A change sequence number (CSN): when an entry was last changed, and on which server. Of two states of one entry the one with the
/// greater number is the newer.
/// </summary>
/// <remarks>
/// OpenLDAP's form, <c>20261121101500.123456Z#000000#001#000000</c>: time in microseconds, change within it, server id and modification,
/// the last three in hexadecimal (draft-ietf-ldup-model-09 section 3.2, slapd's <c>entryCSN</c>). slapd compares the texts octet by octet;
/// this order is the same.
/// </remarks>
internal readonly record struct ChangeNumber : IComparable<ChangeNumber>
{
    private const string TimeForm = "yyyyMMddHHmmss.ffffff'Z'";
    private const int TimeLength = 22;
    private const int Length = TimeLength + 18;
    private const int RestBits = 60;

    /// <summary>Octets that <see cref="WriteTo"/> writes.</summary>
    internal const int Size = 16;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly long ticks;
    private readonly ulong rest;

    private ChangeNumber(long ticks, ulong rest)
    {
        this.ticks = ticks;
        this.rest = rest;
    }

    /// <summary>The server that made the change, 0 to 4095; 0 where servers have no ids.</summary>
    public int Server => (int)(rest >> 24) & 0xfff;

    public DateTimeOffset Time => new(ticks, TimeSpan.Zero);

    /// <returns>False for what is not of OpenLDAP's form.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out ChangeNumber number)
    {
        number = default;
        if (text.Length != Length || text[22] != '#' || text[29] != '#' || text[33] != '#') return false;
        if (!DateTime.TryParseExact(
            text[..TimeLength], TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return false;
        if (!TryReadHex(text[23..29], out var count) || !TryReadHex(text[30..33], out var server) || !TryReadHex(text[34..], out var modification)) return false;

        number = new ChangeNumber(time.Ticks, ((ulong)count << 36) | ((ulong)server << 24) | modification);
        return true;
    }

    /// <summary>In a form of our own, <see cref="Size"/> octets.</summary>
    internal void WriteTo(Span<byte> octets)
    {
        BinaryPrimitives.WriteInt64LittleEndian(octets, ticks);
        BinaryPrimitives.WriteUInt64LittleEndian(octets[8..], rest);
    }

    /// <summary>What <see cref="WriteTo"/> has written.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> octets, out ChangeNumber number)
    {
        number = new ChangeNumber(BinaryPrimitives.ReadInt64LittleEndian(octets), BinaryPrimitives.ReadUInt64LittleEndian(octets[8..]));
        return number.ticks >= 0 && number.ticks <= DateTime.MaxValue.Ticks && number.rest >> RestBits == 0;
    }

    public int CompareTo(ChangeNumber other) => ticks != other.ticks ? ticks.CompareTo(other.ticks) : rest.CompareTo(other.rest);

    public static bool operator <(ChangeNumber one, ChangeNumber other) => one.CompareTo(other) < 0;

    public static bool operator >(ChangeNumber one, ChangeNumber other) => one.CompareTo(other) > 0;

    public static bool operator <=(ChangeNumber one, ChangeNumber other) => one.CompareTo(other) <= 0;

    public static bool operator >=(ChangeNumber one, ChangeNumber other) => one.CompareTo(other) >= 0;

    /// <summary>As the server writes it.</summary>
    [SuppressMessage("Globalization", "CA1308", Justification = "slapd writes lower case.")]
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{new DateTime(ticks, DateTimeKind.Utc).ToString(TimeForm, CultureInfo.InvariantCulture)}#{rest >> 36:x6}#{Server:x3}#{rest & 0xffffff:x6}");

    /// <summary>The platform's own parser would also take NULs behind the digits.</summary>
    private static bool TryReadHex(ReadOnlySpan<char> text, out uint number)
    {
        number = 0;
        return !text.ContainsAnyExcept(HexDigits) && uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }
}
