using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Reads a part of a file in blocks, and hashes what it reads.</summary>
/// <param name="offset">Where the part begins.</param>
/// <param name="length">Of the part; nothing behind it is read.</param>
internal sealed class HashedInput(SafeFileHandle file, IncrementalHash hash, long offset, long length)
{
    private readonly byte[] block = new byte[HashedOutput.BlockBytes];
    private long filled;
    private int next;
    private int end;

    /// <summary>Octets of the part that are not given yet.</summary>
    public long Left => length - filled + (end - next);

    /// <returns>False where the part, or the file, ends before that.</returns>
    public bool TryRead(Span<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            if (next == end && !TryFill()) return false;
            var count = Math.Min(octets.Length, end - next);
            block.AsSpan(next, count).CopyTo(octets);
            next += count;
            octets = octets[count..];
        }

        return true;
    }

    private bool TryFill()
    {
        next = 0;
        end = RandomAccess.Read(file, block.AsSpan(0, (int)Math.Min(block.Length, length - filled)), offset + filled);
        filled += end;
        hash.AppendData(block, 0, end);
        return end > 0;
    }
}

/// <summary>Writes to a file in blocks, and hashes what it writes.</summary>
internal sealed class HashedOutput(SafeFileHandle file, IncrementalHash hash, long offset)
{
    public const int BlockBytes = 64 * 1024;

    private readonly byte[] block = new byte[BlockBytes];
    private int length;
    private long written;

    public void Write(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            if (length == block.Length) Flush();
            var count = Math.Min(octets.Length, block.Length - length);
            octets[..count].CopyTo(block.AsSpan(length));
            length += count;
            octets = octets[count..];
        }
    }

    /// <summary>Writes what is left, and behind it the checksum of everything.</summary>
    public void WriteHash()
    {
        Flush();
        RandomAccess.Write(file, hash.GetHashAndReset(), offset + written);
    }

    private void Flush()
    {
        hash.AppendData(block, 0, length);
        RandomAccess.Write(file, block.AsSpan(0, length), offset + written);
        written += length;
        length = 0;
    }
}
