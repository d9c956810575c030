using PolicyDaemon.Backends;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

/// <summary>What the directory asks a server, and what it makes of answers that a well-behaved server would not give.</summary>
public sealed class LdapDirectoryTests : IAsyncDisposable
{
    private readonly AddressNormalizer normalizer = new("+");
    private readonly FakeLdapServer server = new();
    private readonly LdapDirectory directory;

    public LdapDirectoryTests()
    {
        var options = new LdapOptions
        {
            Urls = [server.Url],
            BaseDn = "dc=x",
            Filter = LdapFilter.Parse("(objectClass=person)"),
            Attributes = new LdapAttributes { Addresses = ["mail", "alias"], SendAllowed = "flag", AllowedSenders = "writers" },
        };
        directory = new LdapDirectory(options, normalizer, TimeProvider.System);
    }

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await directory.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task One_search_asks_for_the_configured_attributes_and_for_no_others()
    {
        await directory.FindAccountAsync("alice", TestToken);
        var request = Assert.Single(server.Requests);
        Assert.Equal(["uid", "mail", "alias", "flag", "writers"], request.SearchAttributes());
        Assert.True(request.Contains("objectClass"));
        Assert.True(request.Contains("alice"));
    }

    [Fact]
    public async Task Login_is_found_with_dn_and_server()
    {
        server.Answer = request => [LdapReplies.Entry(request.Id, "uid=alice,dc=x", ("uid", ["Alice"]), ("mail", ["alice@x.example"])), LdapReplies.Done(request.Id)];
        var answer = await directory.FindAccountAsync("alice", TestToken);
        Assert.Equal("alice", answer.Value?.Name);
        Assert.Equal(Provenance.Of("ldap", $"uid=alice,dc=x at {server.Url}"), answer.Provenance);
        Assert.Equal("uid=alice,dc=x", answer.Value!.States[0].Entry);
    }

    [Fact]
    public async Task Login_with_a_domain_may_be_an_address()
    {
        server.Answer = request => [LdapReplies.Entry(request.Id, "uid=alice,dc=x", ("uid", ["alice"]), ("alias", ["A.North@x.example"])), LdapReplies.Done(request.Id)];
        Assert.Equal("alice", (await directory.FindAccountAsync("a.north@x.example", TestToken)).Value?.Name);
    }

    [Fact]
    public async Task Entry_that_has_the_login_wins_over_one_that_has_it_only_as_an_address()
    {
        server.Answer = request =>
        [
            LdapReplies.Entry(request.Id, "uid=mallory,dc=x", ("uid", ["mallory"]), ("alias", ["alice@x.example"])),
            LdapReplies.Entry(request.Id, "uid=alice,dc=x", ("uid", ["alice@x.example"])),
            LdapReplies.Done(request.Id),
        ];
        Assert.Equal("uid=alice,dc=x", (await directory.FindAccountAsync("alice@x.example", TestToken)).Value?.States[0].Entry);
    }

    [Theory]
    [InlineData("uid", "alice ")]
    [InlineData("uid", "ａｌｉｃｅ")]
    [InlineData("cn", "alice")]
    public async Task Entry_that_only_the_server_takes_for_a_match_is_none(string attribute, string value)
    {
        server.Answer = request => [LdapReplies.Entry(request.Id, "uid=other,dc=x", (attribute, [value])), LdapReplies.Done(request.Id)];
        Assert.True((await directory.FindAccountAsync("alice", TestToken)).IsNotFound);
    }

    [Theory]
    [InlineData(0)] // success
    [InlineData(4)] // sizeLimitExceeded
    public async Task Login_of_several_entries_is_unavailable_and_names_them(int code)
    {
        server.Answer = request =>
        [
            LdapReplies.Entry(request.Id, "uid=alice,ou=a,dc=x", ("uid", ["alice"])),
            LdapReplies.Entry(request.Id, "uid=alice,ou=b,dc=x", ("uid", ["alice"])),
            LdapReplies.Done(request.Id, (LdapResultCode)code),
        ];
        var answer = await directory.FindAccountAsync("alice", TestToken);
        Assert.True(answer.IsUnavailable);
        Assert.StartsWith("ambiguous: ", answer.Cause, StringComparison.Ordinal);
        Assert.Contains("uid=alice,ou=a,dc=x and uid=alice,ou=b,dc=x", answer.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_of_more_entries_than_can_be_read_is_unavailable()
    {
        server.Answer = request => [LdapReplies.Entry(request.Id, "uid=a", ("mail", ["all@x.example"])), LdapReplies.Done(request.Id, LdapResultCode.SizeLimitExceeded)];
        Assert.True((await FindAddressAsync("all@x.example")).IsUnavailable);
    }

    [Fact]
    public async Task Address_that_several_restrict_takes_mail_from_those_whom_one_of_them_names()
    {
        server.Answer = request =>
        [
            LdapReplies.Entry(request.Id, "uid=a", ("mail", ["team@x.example"]), ("writers", ["alice@x.example"])),
            LdapReplies.Entry(request.Id, "uid=b", ("mail", ["team@x.example"]), ("writers", ["@y.example", "alice@x.example"])),
            LdapReplies.Entry(request.Id, "uid=c", ("mail", ["team@x.example"])),
            LdapReplies.Done(request.Id),
        ];
        var entry = (await FindAddressAsync("team@x.example")).Value!;
        Assert.Equal(3, entry.Accounts.Count);
        Assert.Equal(["alice@x.example", "@y.example"], entry.AllowedSenders.Select(address => address.Text));
    }

    [Fact]
    public async Task Address_whose_restriction_cannot_be_read_is_unavailable_instead_of_open_to_everyone()
    {
        server.Answer = request => [LdapReplies.Entry(request.Id, "uid=a", ("mail", ["team@x.example"]), ("writers", ["nobody"])), LdapReplies.Done(request.Id)];
        var answer = await FindAddressAsync("team@x.example");
        Assert.True(answer.IsUnavailable);
        Assert.Equal("writers of uid=a holds no address", answer.Cause);
    }

    [Fact]
    public async Task Restriction_that_cannot_be_read_is_no_outage_and_does_not_bring_back_the_time_before_it()
    {
        List<string?> changes = [];
        LastKnownDirectory known = new(directory, TimeSpan.FromHours(4), TimeProvider.System, changes.Add);
        Assert.True(normalizer.TryParse("team@x.example", out var team));
        server.Answer = request => [LdapReplies.Entry(request.Id, "uid=a", ("mail", ["team@x.example"])), LdapReplies.Done(request.Id)];
        Assert.Empty((await known.FindAddressAsync(team, TestToken)).Value!.AllowedSenders);

        server.Answer = request => [LdapReplies.Entry(request.Id, "uid=a", ("mail", ["team@x.example"]), ("writers", ["nobody"])), LdapReplies.Done(request.Id)];
        var answer = await known.FindAddressAsync(team, TestToken);

        Assert.True(answer.IsUnavailable);
        Assert.Empty(changes);
    }

    [Fact]
    public async Task Server_that_refuses_is_unavailable_never_not_found()
    {
        server.Answer = request => [LdapReplies.Done(request.Id, LdapResultCode.NoSuchObject)];
        Assert.True((await directory.FindAccountAsync("alice", TestToken)).IsUnavailable);
        Assert.True((await FindAddressAsync("alice@x.example")).IsUnavailable);
    }

    private ValueTask<Lookup<AddressEntry>> FindAddressAsync(string text)
    {
        Assert.True(normalizer.TryParsePattern(text, out var address));
        return directory.FindAddressAsync(address, TestToken);
    }
}
