using System.Formats.Asn1;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

public sealed class LdapAccountListTests
{
    [Fact]
    public async Task Pages_follow_each_other_by_the_cookie_of_the_one_before_to_the_empty_one()
    {
        var page = 0;
        await using var server = new FakeLdapServer();
        server.Answer = request => ++page switch
        {
            1 => [Person(request.Id, "alice"), Person(request.Id, "bob"), Page(request.Id, "next")],
            2 => [Page(request.Id, "more")],
            _ => [Person(request.Id, "carol"), Nobody(request.Id), Page(request.Id, "")],
        };
        Assert.Equal(["alice", "bob", "carol"], await ListAsync(server));
        Assert.Equal((3, 1), (server.Searches, server.Accepted));
    }

    [Theory]
    [InlineData(4, "sizeLimitExceeded (4)")]
    [InlineData(12, "unavailableCriticalExtension (12)")]
    [InlineData(0, "the server does not say whether there is more")]
    public async Task What_is_not_all_is_told_behind_what_came(int code, string cause)
    {
        await using var server = new FakeLdapServer(request => [Person(request.Id, "alice"), LdapReplies.Done(request.Id, (LdapResultCode)code)]);
        Assert.Equal(["alice", $"{server.Url}: {cause}"], await ListAsync(server));
    }

    [Fact]
    public async Task Cookie_that_cannot_be_read_is_no_end()
    {
        await using var server = new FakeLdapServer(request => [Done(request.Id, [0x30, 0x05, 0x02])]);
        Assert.Equal([$"{server.Url}: the server does not say whether there is more"], await ListAsync(server));
    }

    [Fact]
    public async Task Server_that_leaves_in_the_middle_is_an_outage_and_the_next_one_is_asked_only_at_the_start()
    {
        await using var first = new FakeLdapServer { Mode = FakeLdapMode.Reset };
        await using var second = new FakeLdapServer();
        second.Answer = request =>
        {
            second.Mode = second.Searches > 1 ? FakeLdapMode.Reset : FakeLdapMode.Answer;
            return [Person(request.Id, "alice"), Page(request.Id, "next")];
        };
        var listed = await ListAsync(first, second);
        Assert.Equal("alice", listed[0]);
        Assert.StartsWith($"{second.Url}: ", listed[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_says_nothing_is_an_outage_after_a_time()
    {
        await using var server = new FakeLdapServer { Mode = FakeLdapMode.Silent };
        Assert.Equal([$"{server.Url}: no answer in time"], await ListAsync(server));
    }

    private static async Task<IReadOnlyList<string>> ListAsync(params FakeLdapServer[] servers)
    {
        var options = new LdapOptions { Urls = [.. servers.Select(server => server.Url)], BaseDn = "dc=x", Timeout = TimeSpan.FromMilliseconds(200) };
        var listed = new List<string>();
        await foreach (var account in new LdapAccountList(options, new AddressNormalizer("+"), TimeProvider.System).ListAccountsAsync(TestContext.Current.CancellationToken))
        {
            listed.Add(account.Value?.Name ?? account.Cause ?? "");
            Assert.Equal(account.IsFound ? LookupAnswer.Found : LookupAnswer.Unavailable, account.Answer);
        }

        return listed;
    }

    private static byte[] Person(int id, string login) => LdapReplies.Entry(id, $"uid={login},dc=x", ("uid", [login]));

    private static byte[] Nobody(int id) => LdapReplies.Entry(id, "ou=people,dc=x", ("ou", ["people"]));

    private static byte[] Page(int id, string cookie)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            writer.WriteOctetString(System.Text.Encoding.ASCII.GetBytes(cookie));
        }

        return Done(id, writer.Encode());
    }

    private static byte[] Done(int id, byte[] page) => LdapReplies.Message(
        id,
        LdapTags.SearchResultDone,
        writer =>
        {
            writer.WriteEnumeratedValue(LdapResultCode.Success);
            writer.WriteLdapString("");
            writer.WriteLdapString("");
        },
        new LdapControl("1.2.840.113556.1.4.319", false, page));
}
