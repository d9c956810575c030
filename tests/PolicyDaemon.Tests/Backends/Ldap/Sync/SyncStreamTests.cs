using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

public sealed class SyncStreamTests : IAsyncDisposable
{
    private const string Cookie = "rid=000,csn=20261120183535.368988Z#000000#000#000000";
    private static readonly Guid Alice = new("e7b56c16-795c-1041-83bf-d93a4df66e1e");

    private static readonly LdapSearchRequest Request = new()
    {
        BaseDn = "dc=x", Filter = LdapFilter.Present("uid"), Attributes = ["uid", "entryCSN"],
    };

    private readonly LdapConnection connection;
    private readonly FakeLdapPeer server;

    public SyncStreamTests()
    {
        var (client, peer) = DuplexStream.CreatePair();
        connection = new LdapConnection(client, TimeProvider.System);
        server = new FakeLdapPeer(peer);
    }

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await server.Stream.DisposeAsync();
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task Search_has_the_control_the_cookie_and_no_limits()
    {
        var stream = await OpenAsync(SyncCookie.Read(Cookie));
        var asked = await server.ExpectAsync(LdapTags.SearchRequest);
        Assert.True(asked.Contains("1.3.6.1.4.1.4203.1.9.1.1") && asked.Contains(Cookie));
        Assert.Equal(["uid", "entryCSN"], asked.SearchAttributes());
        Assert.Contains("0A01020A0100020100020100010100", Convert.ToHexString(asked.Octets), StringComparison.Ordinal); // subtree, never, 0, 0, false
    }

    [Fact]
    public async Task Everything_is_given_in_the_order_in_which_it_came()
    {
        var stream = await OpenAsync();
        var id = (await server.ExpectAsync(LdapTags.SearchRequest)).Id;
        await server.SendAsync(
            SyncReplies.Entry(id, 1, Alice, "uid=alice", null, ("uid", ["alice"])),
            LdapReplies.Intermediate(id, "1.2.3", [1]),
            LdapReplies.Reference(id, "ldap://elsewhere"),
            SyncReplies.PhaseEnd(id, isPresentPhase: false, cookie: Cookie),
            SyncReplies.Entry(id, 3, Alice, "uid=alice", Cookie),
            SyncReplies.NewCookie(id, Cookie),
            SyncReplies.IdSet(id, [Alice]),
            SyncReplies.Done(id, LdapResultCode.SyncRefreshRequired));

        Assert.Equal(["alice"], Assert.IsType<SyncEntry>(await ReadAsync(stream)).Entry.Texts("uid"));
        Assert.Equal(Cookie, Assert.IsType<SyncPhaseEnd>(await ReadAsync(stream)).Cookie?.Text);
        Assert.Equal(SyncState.Delete, Assert.IsType<SyncEntry>(await ReadAsync(stream)).State);
        Assert.IsType<SyncNewCookie>(await ReadAsync(stream));
        Assert.Equal([Alice], Assert.IsType<SyncIdSet>(await ReadAsync(stream)).Ids);
        Assert.Equal(LdapResultCode.SyncRefreshRequired, Assert.IsType<SyncEnd>(await ReadAsync(stream)).Result.Code);
        await AssertLostAsync(stream, "the search has ended");
    }

    [Fact]
    public async Task Message_split_at_any_octet_is_the_same()
    {
        var stream = await OpenAsync();
        var id = (await server.ExpectAsync(LdapTags.SearchRequest)).Id;
        var octets = SyncReplies.Entry(id, 2, Alice, "uid=alice", Cookie, ("uid", ["alice"]));
        for (var cut = 1; cut < octets.Length; cut++)
        {
            await server.SendAsync(octets[..cut], octets[cut..]);
            Assert.Equal((SyncState.Modify, Alice), Assert.IsType<SyncEntry>(await ReadAsync(stream)) is var said ? (said.State, said.Id) : default);
        }
    }

    [Fact]
    public async Task Server_that_ignores_the_control_is_known_by_the_first_entry()
    {
        var stream = await OpenAsync();
        var id = (await server.ExpectAsync(LdapTags.SearchRequest)).Id;
        await server.SendAsync(LdapReplies.Entry(id, "uid=alice", ("uid", ["alice"])), LdapReplies.Done(id));
        Assert.IsType<SyncUnsupported>(await ReadAsync(stream));
        await AssertLostAsync(stream, "the search has ended");
    }

    [Fact]
    public async Task Server_that_ignores_the_control_and_has_nothing_is_known_by_the_end()
    {
        var stream = await OpenAsync();
        await server.SendAsync(LdapReplies.Done((await server.ExpectAsync(LdapTags.SearchRequest)).Id));
        Assert.IsType<SyncUnsupported>(await ReadAsync(stream));
    }

    [Fact]
    public async Task What_came_before_the_connection_was_lost_is_given_then_the_cause()
    {
        var stream = await OpenAsync();
        var id = (await server.ExpectAsync(LdapTags.SearchRequest)).Id;
        await server.SendAsync(SyncReplies.NewCookie(id, Cookie), LdapReplies.NoticeOfDisconnection(LdapResultCode.Unavailable));
        Assert.IsType<SyncNewCookie>(await ReadAsync(stream));
        await AssertLostAsync(stream, "the server disconnects: unavailable (52)");
    }

    [Theory]
    [InlineData("A400", "unknown kind")]
    [InlineData("A301", "malformed")]
    public async Task Malformed_message_ends_the_connection(string info, string cause)
    {
        var stream = await OpenAsync();
        await server.SendAsync(SyncReplies.Info((await server.ExpectAsync(LdapTags.SearchRequest)).Id, Convert.FromHexString(info)));
        await AssertLostAsync(stream, cause);
        Assert.False(connection.IsOpen);
    }

    [Fact]
    public async Task Probe_tells_how_far_the_provider_is()
    {
        var stream = await OpenAsync();
        await server.ExpectAsync(LdapTags.SearchRequest);
        var probe = stream.ProbeAsync("dc=x", TestToken);
        var asked = await server.ExpectAsync(LdapTags.SearchRequest);
        Assert.Equal(["contextCSN", "entryUUID"], asked.SearchAttributes());
        await server.SendAsync(
            LdapReplies.Entry(asked.Id, "dc=x", ("contextCSN", [Cookie[12..]]), ("entryUUID", [Alice.ToString()])), LdapReplies.Done(asked.Id));
        Assert.Equal((Alice, Cookie), ((await probe).Id, (await probe).Changes?.Text));
    }

    [Fact]
    public async Task Probe_of_an_entry_that_shows_little_is_an_answer()
    {
        var stream = await OpenAsync();
        await server.ExpectAsync(LdapTags.SearchRequest);
        var probe = stream.ProbeAsync("dc=x", TestToken);
        var id = (await server.ExpectAsync(LdapTags.SearchRequest)).Id;
        await server.SendAsync(LdapReplies.Entry(id, "dc=x", ("entryUUID", ["alice"])), LdapReplies.Done(id));
        Assert.Equal(SyncProbe.Nothing, await probe);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public async Task Probe_that_is_refused_or_shows_nothing_is_an_answer(int code)
    {
        var stream = await OpenAsync();
        await server.ExpectAsync(LdapTags.SearchRequest);
        var probe = stream.ProbeAsync("dc=x", TestToken);
        await server.SendAsync(LdapReplies.Done((await server.ExpectAsync(LdapTags.SearchRequest)).Id, (LdapResultCode)code));
        Assert.Equal(SyncProbe.Nothing, await probe);
    }

    [Fact]
    public async Task Provider_waits_while_nobody_reads_and_goes_on_when_somebody_does()
    {
        var stream = await OpenAsync();
        var id = (await server.ExpectAsync(LdapTags.SearchRequest)).Id;
        const int Total = 5000;
        var sent = 0;
        var sending = Task.Run(
            async () =>
            {
                for (; sent < Total; sent++)
                    await server.SendAsync(SyncReplies.Entry(id, 1, Alice, $"uid={sent}", null, ("description", [new string('x', 1000)])));
            },
            TestToken);

        await UntilStillAsync(() => Volatile.Read(ref sent));
        Assert.InRange(Volatile.Read(ref sent), SyncExchange.MaxUnreadBytes / 1200, SyncExchange.MaxUnreadBytes / 1000);
        for (var i = 0; i < Total; i++) Assert.Equal($"uid={i}", Assert.IsType<SyncEntry>(await ReadAsync(stream)).Entry.Dn);
        await sending;
    }

    [Fact]
    public async Task Stream_that_makes_its_provider_wait_can_be_ended()
    {
        var stream = await OpenAsync();
        var id = (await server.ExpectAsync(LdapTags.SearchRequest)).Id;
        var large = SyncReplies.Entry(id, 1, Alice, "uid=alice", null, ("description", [new string('x', SyncExchange.MaxUnreadBytes)]));
        await server.SendAsync(large);
        var rest = server.SendAsync(large);
        await stream.DisposeAsync().AsTask().WaitAsync(FakeLdapPeer.Patience, TestToken);
        Assert.IsType<SyncEntry>(await ReadAsync(stream));
        await AssertLostAsync(stream, "closed by us");
        await rest;
    }

    [Fact]
    public async Task Stream_on_a_connection_that_is_gone_does_not_open()
    {
        await server.Stream.DisposeAsync();
        await Assert.ThrowsAsync<LdapConnectionLostException>(async () =>
        {
            var stream = await OpenAsync();
            await ReadAsync(stream);
        });
    }

    private static async Task UntilStillAsync(Func<int> count)
    {
        for (var before = -1; before != count(); await Task.Delay(200, TestToken)) before = count();
    }

    private static async Task<SyncMessage> ReadAsync(SyncStream stream) =>
        await stream.ReadAsync(TestToken).AsTask().WaitAsync(FakeLdapPeer.Patience, TestToken);

    private static async Task AssertLostAsync(SyncStream stream, string cause) =>
        Assert.Contains(cause, (await Assert.ThrowsAsync<LdapConnectionLostException>(() => ReadAsync(stream))).Message, StringComparison.Ordinal);

    private Task<SyncStream> OpenAsync(SyncCookie? cookie = null) => SyncStream.OpenAsync(connection, Request, cookie, TestToken);
}
