using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Writes a view entry by entry, without a copy of it in memory.</summary>
/// <remarks>
/// Numbers are little-endian, a missing octet string has the length -1:
/// <code>
/// header(92)  differs(1)  length(4) provider  length(4) cookie  entries(4)  { id(16) change(16) length(4) octets }*  SHA-256(32)
/// </code>
/// The header is <see cref="SavedViewHeader"/>, the octets of an entry are <see cref="EntryOctets"/>. The checksum is that of all octets
/// before it but those that the header leaves out.
/// </remarks>
internal static class SavedViewWriter
{
    /// <summary>Id, change number and length of an entry.</summary>
    internal const int EntryHeaderBytes = 16 + ChangeNumber.Size + sizeof(int);

    public static void Write(SafeFileHandle file, byte[] fingerprint, SavedContent content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var header = new byte[SavedViewHeader.Size];
        new SavedViewHeader(header).Write(fingerprint, content.Heard);
        RandomAccess.Write(file, header, 0);
        hash.AppendData(header.AsSpan(0, SavedViewHeader.HeardOffset));
        hash.AppendData(header.AsSpan(SavedViewHeader.HeardEnd));

        var output = new HashedOutput(file, hash, header.Length);
        output.Write([content.Differs ? (byte)1 : (byte)0]);
        Write(output, content.Provider is null ? null : Encoding.UTF8.GetBytes(content.Provider));
        Write(output, content.Cookie?.Octets);
        Write(output, content.View.Count);
        foreach (var entry in content.View.Entries) Write(output, entry);
        output.WriteHash();
    }

    private static void Write(HashedOutput output, ViewEntry entry)
    {
        Span<byte> header = stackalloc byte[EntryHeaderBytes];
        entry.Id.TryWriteBytes(header);
        (entry.Changed ?? default).WriteTo(header[16..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[(16 + ChangeNumber.Size)..], entry.Octets.Length);
        output.Write(header);
        output.Write(entry.Octets);
    }

    private static void Write(HashedOutput output, byte[]? octets)
    {
        Write(output, octets?.Length ?? -1);
        output.Write(octets);
    }

    private static void Write(HashedOutput output, int number)
    {
        Span<byte> octets = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(octets, number);
        output.Write(octets);
    }
}
