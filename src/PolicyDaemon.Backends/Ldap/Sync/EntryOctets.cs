using System.Buffers;
using System.Text;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>How an entry lies in memory and in the saved view: flags, logins, addresses, DN, and behind them what few entries have.</summary>
/// <remarks>
/// <code>
/// flags(1)  n login*n  n address*n  dn  [status]  [n sendAs*n  n allowedSender*n  n (limit amount)*n]  [known  [uid] [gid] [home] [mail] [quota]]
/// </code>
/// Numbers are in base 128, the lowest seven bits first, 0x80 set where more follows; a text is its length in octets and its UTF-8. Of the mailbox only
/// what is known is there, one bit each; a version that does not know that part takes no entry that has it.
/// </remarks>
internal static class EntryOctets
{
    /// <summary>More than any server sends in one message that we take.</summary>
    internal const int MaxBytes = 16 * 1024 * 1024;

    internal const byte SendAllowedMask = 0x03;
    internal const byte HasStatus = 0x04;
    internal const byte HasMore = 0x08;
    internal const byte UnreadableAllowedSenders = 0x10;
    internal const byte HasMailbox = 0x20;
    private const byte AllFlags = 0x3f;

    /// <summary>The bit of the quota, behind those of four texts.</summary>
    internal const ulong KnownQuota = 0x10;
    private const ulong AllKnown = 0x1f;

    public static byte[] Of(Account account, IReadOnlyList<EmailAddress> allowedSenders, bool hasUnreadableAllowedSenders)
    {
        var state = account.States[0];
        var hasMore = account.SendAs.Count + allowedSenders.Count + account.Limits.Count > 0;
        string?[] mailbox = [account.Mailbox.Uid, account.Mailbox.Gid, account.Mailbox.Home, account.Mailbox.Mail];
        var hasMailbox = account.QuotaOctets is not null || mailbox.Any(fact => fact is not null);
        var flags = (byte)((int)state.SendAllowed | (state.Status is null ? 0 : HasStatus) | (hasMore ? HasMore : 0) |
            (hasUnreadableAllowedSenders ? UnreadableAllowedSenders : 0) | (hasMailbox ? HasMailbox : 0));
        ArrayBufferWriter<byte> octets = new();
        octets.Write([flags]);
        Write(octets, [.. account.Logins.Distinct(StringComparer.Ordinal)]);
        Write(octets, TextsOf(account.Addresses));
        Write(octets, state.Entry);
        if (state.Status is not null) Write(octets, state.Status);
        if (hasMore) WriteMore(octets, account, allowedSenders);
        if (hasMailbox) WriteMailbox(octets, mailbox, account.QuotaOctets);
        return octets.WrittenSpan.ToArray();
    }

    /// <summary>Whether these can be read from the first to the last: asked once, of what comes from a file.</summary>
    public static bool AreWhole(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty || (octets[0] & ~AllFlags) != 0) return false;
        var flags = octets[0];
        var rest = octets[1..];
        if (!TrySkipTexts(ref rest, areAddresses: false) || !TrySkipTexts(ref rest, areAddresses: true) || !TryReadText(ref rest, out _)) return false;
        if ((flags & HasStatus) != 0 && !TryReadText(ref rest, out _)) return false;
        return ((flags & HasMore) == 0 || TrySkipMore(ref rest)) && ((flags & HasMailbox) == 0 || TrySkipMailbox(ref rest)) && rest.IsEmpty;
    }

    /// <summary>Takes a number off the front.</summary>
    internal static bool TryReadNumber(scoped ref ReadOnlySpan<byte> rest, out ulong number)
    {
        number = 0;
        for (var i = 0; i < rest.Length && i < 10; i++)
        {
            number |= (ulong)(rest[i] & 0x7f) << (7 * i);
            if (rest[i] >= 0x80) continue;
            rest = rest[(i + 1)..];
            return true;
        }

        return false;
    }

    /// <summary>Takes a text off the front.</summary>
    internal static bool TryReadText(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!TryReadNumber(ref rest, out var length) || length > (ulong)rest.Length) return false;
        text = rest[..(int)length];
        rest = rest[(int)length..];
        return true;
    }

    internal static bool TrySkipTexts(scoped ref ReadOnlySpan<byte> rest, bool areAddresses)
    {
        if (!TryReadNumber(ref rest, out var count)) return false;
        for (; count > 0; count--)
        {
            if (!TryReadText(ref rest, out var text) || (areAddresses && !text.Contains((byte)'@'))) return false;
        }

        return true;
    }

    private static bool TrySkipMore(scoped ref ReadOnlySpan<byte> rest)
    {
        if (!TrySkipTexts(ref rest, areAddresses: true) || !TrySkipTexts(ref rest, areAddresses: true) || !TryReadNumber(ref rest, out var limits)) return false;
        for (; limits > 0; limits--)
        {
            if (!TryReadText(ref rest, out _) || !TryReadNumber(ref rest, out _)) return false;
        }

        return true;
    }

    private static bool TrySkipMailbox(scoped ref ReadOnlySpan<byte> rest)
    {
        if (!TryReadNumber(ref rest, out var known) || (known & ~AllKnown) != 0) return false;
        for (var bit = 1ul; bit < KnownQuota; bit <<= 1)
        {
            if ((known & bit) != 0 && !TryReadText(ref rest, out _)) return false;
        }

        return (known & KnownQuota) == 0 || TryReadNumber(ref rest, out _);
    }

    private static void WriteMore(ArrayBufferWriter<byte> octets, Account account, IReadOnlyList<EmailAddress> allowedSenders)
    {
        Write(octets, TextsOf(account.SendAs));
        Write(octets, TextsOf(allowedSenders));
        Write(octets, (ulong)account.Limits.Count);
        foreach (var (name, amount) in account.Limits.OrderBy(limit => limit.Key, StringComparer.Ordinal))
        {
            Write(octets, name);
            Write(octets, (ulong)amount);
        }
    }

    private static void WriteMailbox(ArrayBufferWriter<byte> octets, string?[] facts, long? quota)
    {
        var known = quota is null ? 0 : KnownQuota;
        for (var i = 0; i < facts.Length; i++) known |= facts[i] is null ? 0 : 1ul << i;
        Write(octets, known);
        foreach (var fact in facts.OfType<string>()) Write(octets, fact);
        if (quota is { } octetsHeld) Write(octets, (ulong)octetsHeld);
    }

    private static string[] TextsOf(IEnumerable<EmailAddress> addresses) => [.. addresses.Distinct().Select(address => address.Text)];

    private static void Write(ArrayBufferWriter<byte> octets, string[] texts)
    {
        Write(octets, (ulong)texts.Length);
        foreach (var text in texts) Write(octets, text);
    }

    private static void Write(ArrayBufferWriter<byte> octets, string text)
    {
        Write(octets, (ulong)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, octets);
    }

    private static void Write(ArrayBufferWriter<byte> octets, ulong number)
    {
        for (; number >= 0x80; number >>= 7) octets.Write([(byte)(number | 0x80)]);
        octets.Write([(byte)number]);
    }
}
