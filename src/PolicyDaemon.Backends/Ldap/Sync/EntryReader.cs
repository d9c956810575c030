using System.Text;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Reads what <see cref="EntryOctets"/> has written; each reader serves one question.</summary>
/// <param name="octets">Whole.</param>
internal ref struct EntryReader(ReadOnlySpan<byte> octets)
{
    private readonly byte flags = octets[0];
    private ReadOnlySpan<byte> rest = octets[1..];

    public readonly bool Has(byte flag) => (flags & flag) != 0;

    public EntryTexts Logins() => new(rest);

    public EntryTexts Addresses()
    {
        Skip();
        return new EntryTexts(rest);
    }

    public ReadOnlySpan<byte> Dn()
    {
        Skip();
        Skip();
        return Text();
    }

    public string ReadDn() => Encoding.UTF8.GetString(Dn());

    public Account ReadAccount(string source)
    {
        var logins = Strings();
        var addresses = ReadAddresses();
        var state = new AccountState(source, String(), (SendAllowed)(flags & EntryOctets.SendAllowedMask), Has(EntryOctets.HasStatus) ? String() : null);
        var account = new Account
        {
            Name = logins.Length > 0 ? logins[0] : addresses.Length > 0 ? addresses[0].Text : state.Entry,
            Logins = logins,
            Addresses = addresses,
            States = [state],
        };
        if (Has(EntryOctets.HasMore))
        {
            var sendAs = ReadAddresses();
            Skip();
            account = account with { SendAs = sendAs, Limits = ReadLimits() };
        }

        return Has(EntryOctets.HasMailbox) ? WithMailbox(account) : account;
    }

    public IReadOnlyList<EmailAddress> ReadAllowedSenders()
    {
        if (!Has(EntryOctets.HasMore)) return [];
        Skip();
        Skip();
        Text();
        if (Has(EntryOctets.HasStatus)) Text();
        Skip();
        return ReadAddresses();
    }

    private EmailAddress[] ReadAddresses()
    {
        var count = Number();
        if (count == 0) return [];
        var addresses = new EmailAddress[count];
        for (var i = 0; i < addresses.Length; i++) addresses[i] = EmailAddress.FromNormalized(String());
        return addresses;
    }

    private string[] Strings()
    {
        var count = Number();
        if (count == 0) return [];
        var texts = new string[count];
        for (var i = 0; i < texts.Length; i++) texts[i] = String();
        return texts;
    }

    private Dictionary<string, long> ReadLimits()
    {
        var limits = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var count = Number(); count > 0; count--)
        {
            var name = String();
            limits[name] = (long)Number();
        }

        return limits;
    }

    private Account WithMailbox(Account account)
    {
        var known = Number();
        var mailbox = new MailboxFacts(
            (known & 1) != 0 ? String() : null, (known & 2) != 0 ? String() : null, (known & 4) != 0 ? String() : null, (known & 8) != 0 ? String() : null);
        return account with { Mailbox = mailbox, QuotaOctets = (known & EntryOctets.KnownQuota) != 0 ? (long)Number() : null };
    }

    private void Skip() => EntryOctets.TrySkipTexts(ref rest, areAddresses: false);

    private string String() => Encoding.UTF8.GetString(Text());

    private ReadOnlySpan<byte> Text()
    {
        EntryOctets.TryReadText(ref rest, out var text);
        return text;
    }

    private ulong Number()
    {
        EntryOctets.TryReadNumber(ref rest, out var number);
        return number;
    }
}
