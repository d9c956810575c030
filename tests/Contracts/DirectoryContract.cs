using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>What every directory must do. A backend's subclass says how it is loaded, stopped and made to hang.</summary>
public abstract partial class DirectoryContract : IAsyncLifetime
{
    protected static readonly AddressNormalizer Normalizer = new("+");

    private AddressBook? book;

    /// <summary>The directory under test, loaded with <see cref="Seed"/>.</summary>
    protected IDirectory Source { get; private set; } = null!;

    protected virtual DirectorySeed Seed => DirectorySeed.Standard;

    /// <summary>How long a question may take when the source is down or hangs.</summary>
    protected virtual TimeSpan TimeAllowed => TimeSpan.FromSeconds(5);

    /// <summary>Whether a question costs the source nothing, so that none can hang.</summary>
    protected virtual bool AnswersFromMemory => false;

    /// <summary>The names by which an answer may say where it is from.</summary>
    protected virtual IReadOnlyList<string> SourceNames => [Source.Name];

    /// <summary>Addresses as the engine follows them, through tags, aliases and catch-alls.</summary>
    protected AddressBook Book => book ??= new AddressBook(Source, new PolicySnapshot
    {
        Normalizer = Normalizer,
        Domains = Seed.Domains.Select(domain => domain.Name).ToHashSet(StringComparer.Ordinal),
        Accounts = new AccountRules { Statuses = new Dictionary<string, Rights>() },
        Checks = new Dictionary<CheckName, CheckSettings>(),
    });

    public async ValueTask InitializeAsync() => Source = await StartAsync(Seed);

    public abstract ValueTask DisposeAsync();

    /// <summary>Loads the seed into the source and gives a directory that answers from it.</summary>
    protected abstract ValueTask<IDirectory> StartAsync(DirectorySeed seed);

    /// <summary>Takes the source away: its server stops, its file is gone.</summary>
    protected abstract ValueTask StopAsync();

    /// <summary>Makes the source accept questions and never answer.</summary>
    protected abstract ValueTask HangAsync();

    /// <summary>Ends what <see cref="StopAsync"/> or <see cref="HangAsync"/> began.</summary>
    protected abstract ValueTask ResumeAsync();

    /// <summary>The login by which this source knows the account.</summary>
    protected virtual string LoginOf(SeedAccount account) => account.MainAddress;

    protected static EmailAddress Address(string text)
    {
        Assert.True(Normalizer.TryParsePattern(text, out var address), text);
        return address;
    }

    protected async Task<Account> FindAsync(SeedAccount account)
    {
        var answer = await Source.FindAccountAsync(LoginOf(account), TestContext.Current.CancellationToken);
        Assert.True(answer.IsFound, $"{LoginOf(account)}: {answer.Answer} {answer.Cause}");
        return answer.Value;
    }

    protected ValueTask<Lookup<Account>> AskLoginAsync(string login) =>
        Source.FindAccountAsync(AddressNormalizer.NormalizeLogin(login), TestContext.Current.CancellationToken);

    protected ValueTask<Lookup<AddressEntry>> AskAddressAsync(string address) =>
        Source.FindAddressAsync(Address(address), TestContext.Current.CancellationToken);

    /// <summary>The logins of the accounts that mail to an address reaches.</summary>
    protected async Task<IReadOnlyList<string>> FindReceiversAsync(string address)
    {
        var answer = await Book.FindRouteAsync(Address(address), TestContext.Current.CancellationToken);
        return answer.Value?.Accounts.Select(account => account.Name).Order(StringComparer.Ordinal).ToList() ?? [];
    }

    /// <summary>Whether an account may use an envelope sender, by any of the ways there are.</summary>
    protected async Task<bool> MaySendAsAsync(SeedAccount account, string sender)
    {
        var (found, address) = (await FindAsync(account), Address(sender));
        var owners = await Book.FindOwnersAsync(address, TestContext.Current.CancellationToken);
        return found.Owns(address)
            || found.SendAs.Any(granted => granted.Equals(address) || (granted.IsCatchAll && granted.Domain == address.Domain))
            || owners.Value?.Accounts.Any(owner => owner.Name == found.Name) == true;
    }
}
