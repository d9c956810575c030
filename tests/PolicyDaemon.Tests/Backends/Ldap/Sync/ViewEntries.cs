using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>Short ways to write entries of a view.</summary>
internal static class ViewEntries
{
    public static Guid Id(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    public static string DnOf(string name) => $"uid={name},ou=people,dc=truenorth,dc=local";

    public static ViewEntry Entry(int id, string[] logins, params string[] addresses) => Entry(id, DnOf(logins.FirstOrDefault($"entry{id}")), logins, addresses);

    public static ViewEntry Entry(int id, string dn, string[] logins, string[] addresses) => new(
        Id(id),
        null,
        new Account
        {
            Name = logins.Concat(addresses).First(),
            Logins = logins,
            Addresses = [.. addresses.Select(Mail.Address)],
            States = [new AccountState("ldap", dn)],
        },
        [],
        false);

    /// <summary>An entry that uses everything an entry may have.</summary>
    public static ViewEntry FullEntry(int id, string name)
    {
        return new ViewEntry(
            Id(id),
            Change("20261121101500.123456Z#0000ab#00c#0000ef"),
            new Account
            {
                Name = name,
                Logins = [name, $"{name}-ü@bücher.example"],
                Addresses = [Mail.Address($"{name}@truenorth.local"), Mail.Address("@catch.example"), Mail.Address("a@b@truenorth.local")],
                States = [new AccountState("ldap", DnOf(name), SendAllowed.Invalid, "on leave")],
                SendAs = [Mail.Address("sales@truenorth.local"), Mail.Address("@partner.example")],
                Limits = new Dictionary<string, long> { ["login-hour"] = 50, ["login-day"] = long.MaxValue },
                QuotaOctets = 3L << 30,
                Mailbox = new MailboxFacts("5000", "5001", $"/home/{name}", "maildir:~/Maildir"),
            },
            [Mail.Address("@friends.example")],
            true);
    }

    public static ChangeNumber Change(string text) =>
        ChangeNumber.TryParse(text, out var change) ? change : throw new ArgumentException("no change number", nameof(text));
}
