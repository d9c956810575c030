using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Reads what <see cref="SavedViewWriter"/> has written, and shows it only when the checksum at its end fits.</summary>
/// <remarks>No length in it is believed before it was compared with what is left of the file.</remarks>
internal static class SavedViewReader
{
    private const int MaxProviderBytes = 4096;

    /// <param name="cause">Why there is no content: one clause; null with content.</param>
    public static SavedContent? Read(SafeFileHandle file, byte[] fingerprint, string source, out string? cause)
    {
        cause = "it is damaged: it ends early";
        var header = new byte[SavedViewHeader.Size];
        var length = RandomAccess.GetLength(file) - header.Length - SHA256.HashSizeInBytes;
        if (length < 0 || RandomAccess.Read(file, header, 0) < header.Length) return null;
        cause = new SavedViewHeader(header).FindFault(fingerprint);
        if (cause is not null) return null;

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header.AsSpan(0, SavedViewHeader.HeardOffset));
        hash.AppendData(header.AsSpan(SavedViewHeader.HeardEnd));
        var input = new HashedInput(file, hash, header.Length, length);
        var content = TryReadBody(input, source, out var body) && input.Left == 0 && HasChecksum(file, header.Length + length, hash)
            ? body with { Heard = new SavedViewHeader(header).Heard }
            : null;
        cause = content is null ? "it is damaged: its content and its checksum do not fit" : null;
        return content;
    }

    private static bool TryReadBody(HashedInput input, string source, [NotNullWhen(true)] out SavedContent? content)
    {
        content = null;
        Span<byte> differs = stackalloc byte[1];
        if (!input.TryRead(differs) || differs[0] > 1) return false;
        if (!TryReadOctets(input, MaxProviderBytes, out var provider) || !TryReadOctets(input, SyncCookie.MaxBytes, out var cookie)) return false;
        if (!TryReadNumber(input, out var count) || count < 0) return false;

        var view = AccountView.Empty.ToBuilder();
        for (; count > 0; count--)
        {
            if (!TryReadEntry(input, source, out var entry)) return false;
            view.Put(entry);
        }

        content = new SavedContent(
            view.ToView(), cookie is null ? null : SyncCookie.Read(cookie), provider is null ? null : Encoding.UTF8.GetString(provider), differs[0] == 1, default);
        return true;
    }

    private static bool TryReadEntry(HashedInput input, string source, [NotNullWhen(true)] out ViewEntry? entry)
    {
        entry = null;
        Span<byte> header = stackalloc byte[SavedViewWriter.EntryHeaderBytes];
        if (!input.TryRead(header) || !ChangeNumber.TryRead(header[16..], out var changed)) return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[(16 + ChangeNumber.Size)..]);
        if (length is < 0 or > EntryOctets.MaxBytes || length > input.Left) return false;

        var octets = new byte[length];
        if (!input.TryRead(octets) || !EntryOctets.AreWhole(octets)) return false;
        entry = new ViewEntry(new Guid(header[..16]), changed, source, octets);
        return true;
    }

    /// <param name="octets">Null where the file says that there are none.</param>
    private static bool TryReadOctets(HashedInput input, int atMost, out byte[]? octets)
    {
        octets = null;
        if (!TryReadNumber(input, out var length) || length < -1 || length > atMost || length > input.Left) return false;
        if (length < 0) return true;
        octets = new byte[length];
        return input.TryRead(octets);
    }

    private static bool TryReadNumber(HashedInput input, out int number)
    {
        Span<byte> octets = stackalloc byte[sizeof(int)];
        var isThere = input.TryRead(octets);
        number = BinaryPrimitives.ReadInt32LittleEndian(octets);
        return isThere;
    }

    private static bool HasChecksum(SafeFileHandle file, long offset, IncrementalHash hash)
    {
        var expected = new byte[SHA256.HashSizeInBytes];
        return RandomAccess.Read(file, expected, offset) == expected.Length && hash.GetHashAndReset().AsSpan().SequenceEqual(expected);
    }
}
