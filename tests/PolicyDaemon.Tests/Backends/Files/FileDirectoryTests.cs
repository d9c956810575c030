using PolicyDaemon.Backends.Files;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Tests.Backends.Sqlite;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Files;

public sealed class FileDirectoryTests : IAsyncDisposable
{
    private static readonly AddressNormalizer Normalizer = new("+", "example.org");

    private readonly TemporaryDirectory directory = new();
    private readonly FileWatch watch;
    private readonly FileDirectory source;
    private readonly AddressBook book;

    public FileDirectoryTests()
    {
        File.WriteAllText(
            directory.File("users"),
            "alice@example.org:x\nbob@example.org|x|addresses=robert@example.org\ncarol:x\nc2:x::::::user=carol send_allowed=no\n" +
            "twin@example.org:x::::::addresses=both@example.org\ntwin2@example.org:x::::::addresses=both@example.org\n");
        File.WriteAllText(
            directory.File("virtual"),
            "sales@example.org alice@example.org\noffice@example.org sales@example.org\nteam@example.org alice@example.org,bob@example.org\n" +
            "@old.example @example.org\nalice@example.org alice@example.org, copy@elsewhere.example\n@catch.example bob@example.org\n");
        File.WriteAllText(directory.File("aliases"), "root: alice\nlist: \"|/usr/bin/list\"\nsales: bob\n");
        watch = FileSources.Watch(
            new FileDirectoryOptions { Passwd = [directory.File("users")], Aliases = [directory.File("virtual"), directory.File("aliases")] }, Normalizer);
        source = new FileDirectory(watch, TimeProvider.System);
        book = new AddressBook(source, new PolicySnapshot
        {
            Normalizer = Normalizer,
            Domains = new HashSet<string>(["example.org", "old.example", "catch.example"]),
            Accounts = new AccountRules { Statuses = new Dictionary<string, Rights>() },
            Checks = new Dictionary<CheckName, CheckSettings>(),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await watch.DisposeAsync();
        directory.Dispose();
    }

    [Theory]
    [InlineData("alice@example.org", "alice@example.org elsewhere")]
    [InlineData("sales@example.org", "alice@example.org elsewhere")]
    [InlineData("sales+tag@example.org", "alice@example.org elsewhere")]
    [InlineData("office@example.org", "alice@example.org elsewhere")]
    [InlineData("team@example.org", "alice@example.org bob@example.org elsewhere")]
    [InlineData("robert@example.org", "bob@example.org")]
    [InlineData("carol@example.org", "carol")]
    [InlineData("root@example.org", "alice@example.org elsewhere")]
    [InlineData("list@example.org", "elsewhere")]
    [InlineData("bob@old.example", "bob@example.org")]
    [InlineData("bob+tag@old.example", "bob@example.org")]
    [InlineData("nobody@old.example", "")]
    [InlineData("anything@catch.example", "bob@example.org")]
    [InlineData("nobody@example.org", "")]
    [InlineData("both@example.org", "twin2@example.org twin@example.org")]
    public async Task Mail_reaches_whom_Postfix_would_give_it(string recipient, string expected)
    {
        var route = await book.FindRouteAsync(Address(recipient), TestContext.Current.CancellationToken);
        Assert.False(route.IsUnavailable, route.Cause);
        var accounts = (route.Value?.Accounts ?? []).Select(account => account.Name).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(expected, string.Join(' ', accounts.Concat(route.Value?.LeadsElsewhere == true ? ["elsewhere"] : [])));
    }

    [Theory]
    [InlineData("sales@example.org", "alice@example.org")]
    [InlineData("office@example.org", "alice@example.org")]
    [InlineData("team@example.org", "")]
    [InlineData("alice@old.example", "alice@example.org")]
    [InlineData("alice@example.org", "alice@example.org")]
    [InlineData("list@example.org", "")]
    public async Task Alias_of_one_destination_belongs_to_it(string sender, string owner) => Assert.Equal(
        owner, string.Join(' ', (await book.FindOwnersAsync(Address(sender), TestContext.Current.CancellationToken)).Value!.Accounts.Select(account => account.Name)));

    [Theory]
    [InlineData("carol")]
    [InlineData("c2")]
    [InlineData("carol@example.org")]
    public async Task Lines_of_one_account_are_one_with_every_state(string login)
    {
        var account = (await source.FindAccountAsync(login, TestContext.Current.CancellationToken)).Value!;
        Assert.Equal("carol", account.Name);
        Assert.Equal(["carol", "c2"], account.Logins);
        Assert.Equal(["carol@example.org"], account.Addresses.Select(address => address.Text));
        Assert.Equal([SendAllowed.Absent, SendAllowed.False], account.States.Select(state => state.SendAllowed));
        Assert.Equal($"c2 in {directory.File("users")}:4", account.States[1].Entry);
    }

    [Fact]
    public async Task Login_by_an_address_of_two_accounts_is_ambiguous() =>
        Assert.True((await source.FindAccountAsync("both@example.org", TestContext.Current.CancellationToken)).IsAmbiguous);

    [Fact]
    public async Task Every_account_is_listed_once()
    {
        var names = new List<string>();
        await foreach (var account in source.ListAccountsAsync(TestContext.Current.CancellationToken)) names.Add(account.Value!.Name);
        Assert.Equal(["alice@example.org", "bob@example.org", "carol", "twin@example.org", "twin2@example.org"], names);
    }

    [Fact]
    public async Task List_of_which_a_file_is_missing_ends_in_an_outage()
    {
        await using var half = FileSources.Watch(new FileDirectoryOptions { Passwd = [directory.File("users"), "/nonexistent/users"] }, Normalizer);
        var last = default(Lookup<Account>);
        await foreach (var account in new FileDirectory(half, TimeProvider.System).ListAccountsAsync(TestContext.Current.CancellationToken)) last = account;
        Assert.Equal("/nonexistent/users does not exist", last.Cause);
    }

    private static EmailAddress Address(string text)
    {
        Assert.True(Normalizer.TryParsePattern(text, out var address));
        return address;
    }
}
