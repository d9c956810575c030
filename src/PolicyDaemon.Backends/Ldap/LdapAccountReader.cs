using System.Globalization;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>Reads the facts of an account out of an entry. What a value means for the rights is not decided here.</summary>
/// <remarks>
/// The values of an attribute are a set (RFC 4512 section 2.2): they are put into ordinal order, so that two servers, or one
/// after a restore, do not give an account two names.
/// </remarks>
internal sealed class LdapAccountReader(string source, LdapOptions options, AddressNormalizer normalizer)
{
    private readonly LdapAttributes attributes = options.Attributes;

    /// <param name="login">Normalized.</param>
    internal bool HasLogin(LdapEntry entry, string login) => ReadLogins(entry).Contains(login, StringComparer.Ordinal);

    /// <param name="address">Normalized; <c>@domain</c> for a catch-all.</param>
    internal bool HasAddress(LdapEntry entry, string address) =>
        ReadAddresses(entry, attributes.Addresses).Any(own => string.Equals(own.Text, address, StringComparison.Ordinal));

    /// <param name="entry">With a login or an address, which every entry has that a search for one of them has found.</param>
    internal Account ReadAccount(LdapEntry entry) => ReadAccount(entry, ReadLogins(entry), ReadAddresses(entry, attributes.Addresses));

    /// <returns>Null for an entry with neither login nor address: it is nobody's account.</returns>
    internal ViewEntry? ReadViewEntry(LdapEntry entry, Guid id, ChangeNumber? changed)
    {
        var logins = ReadLogins(entry);
        var addresses = ReadAddresses(entry, attributes.Addresses);
        if (logins.Count + addresses.Count == 0) return null;
        var allowedSenders = ReadAllowedSenders(entry);
        return new ViewEntry(id, changed, ReadAccount(entry, logins, addresses), allowedSenders, allowedSenders.Count == 0 && HasUnreadableAllowedSenders(entry));
    }

    internal IReadOnlyList<EmailAddress> ReadAllowedSenders(LdapEntry entry) => ReadAddresses(entry, OneOrNone(attributes.AllowedSenders));

    /// <summary>True where somebody wanted to restrict who may write, and wrote nothing we understand: empty would mean everyone.</summary>
    internal bool HasUnreadableAllowedSenders(LdapEntry entry) =>
        TextsOf(entry, attributes.AllowedSenders).Count > 0 && ReadAllowedSenders(entry).Count == 0;

    private Account ReadAccount(LdapEntry entry, List<string> logins, List<EmailAddress> addresses) => new()
    {
        Name = logins.Count > 0 ? logins[0] : addresses[0].Text,
        Logins = logins,
        Addresses = addresses,
        States = [new AccountState(source, entry.Dn, ReadSendAllowed(entry), ReadStatus(entry))],
        SendAs = ReadAddresses(entry, OneOrNone(attributes.SendAs)),
        Limits = ReadLimits(entry),
        QuotaOctets = ReadQuota(entry),
        Mailbox = ReadMailbox(entry),
    };

    private List<string> ReadLogins(LdapEntry entry) =>
        [.. attributes.Login.SelectMany(name => entry.Texts(name).Select(AddressNormalizer.NormalizeLogin).Order(StringComparer.Ordinal)).Distinct(StringComparer.Ordinal)];

    /// <summary>Values that are no addresses are left out: they give no right and are reached by no mail.</summary>
    private List<EmailAddress> ReadAddresses(LdapEntry entry, IReadOnlyList<string> names)
    {
        var addresses = new List<EmailAddress>();
        foreach (var name in names)
        {
            foreach (var text in entry.Texts(name).Order(StringComparer.Ordinal))
            {
                if (normalizer.TryParsePattern(text, out var address) && !addresses.Contains(address)) addresses.Add(address);
            }
        }

        return addresses;
    }

    private SendAllowed ReadSendAllowed(LdapEntry entry) => TextsOf(entry, attributes.SendAllowed) switch
    {
        [] => SendAllowed.Absent,
        [var value] when options.Values.True.Contains(value, StringComparer.OrdinalIgnoreCase) => SendAllowed.True,
        [var value] when options.Values.False.Contains(value, StringComparer.OrdinalIgnoreCase) => SendAllowed.False,
        _ => SendAllowed.Invalid,
    };

    /// <summary>As written. Several values together are in no table of statuses, so they leave what an unknown one leaves.</summary>
    private string? ReadStatus(LdapEntry entry) => AsWritten(entry, attributes.AccountStatus);

    /// <summary>Values that are no <c>name=number</c> are left out, and of a name given twice the smaller number counts.</summary>
    private Dictionary<string, long> ReadLimits(LdapEntry entry)
    {
        var limits = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var text in TextsOf(entry, attributes.Limits))
        {
            var equals = text.LastIndexOf('=');
            if (equals <= 0 || !long.TryParse(text.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var limit)) continue;
            var name = text[..equals];
            limits[name] = limits.TryGetValue(name, out var other) ? Math.Min(limit, other) : limit;
        }

        return limits;
    }

    private MailboxFacts ReadMailbox(LdapEntry entry) => new(
        AsWritten(entry, attributes.UserdbUid), AsWritten(entry, attributes.UserdbGid), AsWritten(entry, attributes.UserdbHome), AsWritten(entry, attributes.UserdbMail));

    /// <summary>A value that is no size is left out, and of several the smallest counts; 0, which is none, only where there is no other.</summary>
    private long? ReadQuota(LdapEntry entry)
    {
        long? quota = null;
        foreach (var text in TextsOf(entry, attributes.UserdbQuota))
        {
            if (!QuotaSize.TryParse(text, options.Values.QuotaUnit, out var octets)) continue;
            quota = quota is null or 0 ? octets : octets == 0 ? quota : Math.Min(quota.Value, octets);
        }

        return quota;
    }

    /// <summary>Several values are one text, which is in no table, no number and no path: nobody goes on with one of them.</summary>
    private static string? AsWritten(LdapEntry entry, string? attribute) => TextsOf(entry, attribute) switch
    {
        [] => null,
        [var value] => value,
        var values => string.Join(", ", values.Order(StringComparer.Ordinal)),
    };

    private static IReadOnlyList<string> TextsOf(LdapEntry entry, string? attribute) => attribute is null ? [] : entry.Texts(attribute);

    private static IReadOnlyList<string> OneOrNone(string? attribute) => attribute is null ? [] : [attribute];
}
