using PolicyDaemon.Backends.Mailboxes;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>An empty store of mailboxes for each test, with what changes it and the directory that reads it.</summary>
public abstract class MailboxStoreContract : IAsyncLifetime
{
    protected DomainTable Domains { get; private set; } = null!;

    protected AccountTable Accounts { get; private set; } = null!;

    protected AliasTable Aliases { get; private set; } = null!;

    protected IDirectory Source { get; private set; } = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        (var store, Source) = await OpenAsync();
        (Domains, Accounts, Aliases) = (new DomainTable(store), new AccountTable(store), new AliasTable(store));
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>The store, without a single domain, and the directory that answers from it.</summary>
    protected abstract ValueTask<(IMailboxStore Store, IDirectory Source)> OpenAsync();

    protected async Task<Account?> FindAccountAsync(string login) => (await Source.FindAccountAsync(login, Token)).Value;

    protected async Task<AddressEntry?> FindAddressAsync(string text)
    {
        Assert.True(new AddressNormalizer("").TryParsePattern(text, out var address));
        return (await Source.FindAddressAsync(address, Token)).Value;
    }
}
