using System.Buffers;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>Where one message ends and the next begins: a BER SEQUENCE of definite length (RFC 4511 section 5.1).</summary>
internal static class LdapFraming
{
    /// <summary>The longest message that is taken. An entry has some kilobytes; a photograph or a huge group may be in one.</summary>
    internal const int MaxMessageBytes = 4 * 1024 * 1024;

    /// <summary>Tag, form of length, and up to four octets of length.</summary>
    internal const int MaxHeaderBytes = 6;

    private const byte SequenceTag = 0x30;

    /// <summary>Cuts the first message off.</summary>
    /// <returns>False when more octets are needed.</returns>
    /// <exception cref="LdapProtocolException">It is no message, or one that is too long.</exception>
    internal static bool TryRead(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> message)
    {
        message = default;
        Span<byte> header = stackalloc byte[MaxHeaderBytes];
        var known = (int)Math.Min(buffer.Length, MaxHeaderBytes);
        buffer.Slice(0, known).CopyTo(header);
        if (!TryReadLength(header[..known], out var length) || buffer.Length < length) return false;

        message = buffer.Slice(0, length);
        buffer = buffer.Slice(length);
        return true;
    }

    /// <param name="header">The first octets of a message, as many as there are.</param>
    /// <param name="length">Of the whole message with its header.</param>
    internal static bool TryReadLength(ReadOnlySpan<byte> header, out int length)
    {
        length = 0;
        if (header.Length > 0 && header[0] != SequenceTag) throw new LdapProtocolException($"expected a message, got the octet 0x{header[0]:x2}");
        if (header.Length < 2) return false;
        if (header[1] < 0x80)
        {
            length = 2 + header[1];
            return true;
        }

        var octets = header[1] & 0x7f;
        if (octets is 0 or > 4) throw new LdapProtocolException("a message without a usable length");
        if (header.Length < 2 + octets) return false;

        var content = 0u;
        foreach (var octet in header.Slice(2, octets)) content = content << 8 | octet;
        if (content > MaxMessageBytes - MaxHeaderBytes) throw new LdapProtocolException($"a message of {content} octets, more than {MaxMessageBytes}");
        length = 2 + octets + (int)content;
        return true;
    }
}
