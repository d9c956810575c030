using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Files;

/// <summary>What all files say together at one moment; never changed.</summary>
internal sealed class FileView
{
    private readonly Dictionary<string, PasswdEntry> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileAccount> byLogin = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<FileAccount>> byAddress = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> ambiguous = new(StringComparer.Ordinal);
    private readonly List<FileAccount> accounts = [];
    private readonly IReadOnlyList<IReadOnlyDictionary<string, AliasEntry>> aliases;

    /// <param name="passwd">Of each file of accounts that could be read.</param>
    /// <param name="aliases">Of each alias text that could be read; of an address that several have, the first counts.</param>
    public FileView(string source, AddressNormalizer normalizer, IEnumerable<IReadOnlyList<PasswdEntry>> passwd, IReadOnlyList<IReadOnlyDictionary<string, AliasEntry>> aliases)
    {
        this.aliases = aliases;
        foreach (var group in passwd.SelectMany(file => file).GroupBy(entry => entry.AccountLogin, StringComparer.Ordinal))
        {
            foreach (var entry in group) Add(entry);
            var account = FileAccount.Of(source, [.. group], normalizer);
            accounts.Add(account);
            foreach (var login in account.Account.Logins) Name(login, account);
            foreach (var address in account.Account.Addresses) Reach(address, account);
        }
    }

    /// <summary>Why there may be more accounts; null: these are all.</summary>
    public string? UnreadPasswd { get; init; }

    /// <summary>Why there may be more aliases; null: these are all.</summary>
    public string? UnreadAliases { get; init; }

    /// <summary>Since when something of this is the last that was known; null: it is what the files say.</summary>
    public long? OldSince { get; init; }

    public IReadOnlyList<FileAccount> Accounts => accounts;

    /// <summary>Why it cannot be told whom a login means; null: it can.</summary>
    public string? FindAmbiguity(string login) => ambiguous.GetValueOrDefault(login);

    public PasswdEntry? FindEntry(string login) => entries.GetValueOrDefault(login);

    public FileAccount? FindAccount(string login) => byLogin.GetValueOrDefault(login);

    public IReadOnlyList<FileAccount> FindOwners(string address) => byAddress.TryGetValue(address, out var owners) ? owners : [];

    /// <summary>The entry of an address, or what becomes of it by one that leads its whole domain to another, <c>@here @there</c>.</summary>
    public AliasEntry? FindAlias(EmailAddress address)
    {
        foreach (var file in aliases)
        {
            if (file.TryGetValue(address.Text, out var entry)) return entry;
        }

        if (address.IsCatchAll) return null;
        foreach (var file in aliases)
        {
            if (file.TryGetValue(address.CatchAll().Text, out var all) && all.Destinations is [{ IsCatchAll: true } there])
                return all with { Destinations = [address.At(there.Domain)] };
        }

        return null;
    }

    private void Add(PasswdEntry entry)
    {
        if (!entries.TryAdd(entry.Login, entry)) ambiguous[entry.Login] = $"ambiguous: {entry.Login} is in {entries[entry.Login].Place} and in {entry.Place}";
    }

    /// <summary>A login of one account may be named as the account of another line.</summary>
    private void Name(string login, FileAccount account)
    {
        if (!byLogin.TryAdd(login, account)) ambiguous[login] = $"ambiguous: {login} means {byLogin[login].Account.Name} and {account.Account.Name}";
    }

    private void Reach(EmailAddress address, FileAccount account)
    {
        if (byAddress.TryGetValue(address.Text, out var owners)) owners.Add(account);
        else byAddress[address.Text] = [account];
    }
}

/// <param name="AllowedSenders">Who may write to its addresses; empty: everyone.</param>
internal sealed record FileAccount(Account Account, IReadOnlyList<EmailAddress> AllowedSenders)
{
    /// <summary>One account of all lines that mean it.</summary>
    /// <param name="lines">At least one; the first speaks for the mailbox, unless another has the account's own login.</param>
    public static FileAccount Of(string source, IReadOnlyList<PasswdEntry> lines, AddressNormalizer normalizer)
    {
        var main = lines.FirstOrDefault(line => line.Login == line.AccountLogin) ?? lines[0];
        EmailAddress[] own = normalizer.TryParse(main.AccountLogin, out var address) ? [address] : [];
        return new FileAccount(
            new Account
            {
                Name = main.AccountLogin,
                Logins = [.. lines.Select(line => line.Login).Prepend(main.AccountLogin).Distinct(StringComparer.Ordinal)],
                Addresses = [.. own.Concat(lines.SelectMany(line => line.Addresses)).Distinct()],
                States = [.. lines.Select(line => new AccountState(source, $"{line.Login} in {line.Place}", line.SendAllowed, line.Status))],
                SendAs = [.. lines.SelectMany(line => line.SendAs).Distinct()],
                Limits = main.Limits,
                QuotaOctets = main.QuotaOctets,
                Mailbox = main.Mailbox,
            },
            [.. lines.SelectMany(line => line.AllowedSenders).Distinct()]);
    }
}
