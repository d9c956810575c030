using System.Text;
using PolicyDaemon.Backends.Ldap;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

public sealed class LdapConnectionTests : IAsyncDisposable
{
    private readonly LdapConnection connection;
    private readonly FakeLdapPeer server;

    public LdapConnectionTests()
    {
        var (client, peer) = DuplexStream.CreatePair();
        connection = new LdapConnection(client, TimeProvider.System);
        server = new FakeLdapPeer(peer);
    }

    public static TheoryData<string, string> Garbage => new()
    {
        { "HTTP/1.1 400 Bad Request\r\n", "expected a message" },
        { "\u0016\u0003\u0001\u0002\u0000", "expected a message" },
        { "0\u0080", "without a usable length" },
        { "0\u0084\u007f\u007f\u007f\u007f", "more than" },
        { "0\u0005\u0002\u0001\u0001", "closed" },
        { "0\u0003\u0002\u0001\u0001", "malformed" },
    };

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await server.Stream.DisposeAsync();
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task Answer_split_at_any_octet_is_the_same()
    {
        byte[] Reply(int id) => [.. LdapReplies.Entry(id, "uid=a", ("mail", ["a@x"])), .. LdapReplies.Reference(id, "ldap://x"), .. LdapReplies.Done(id)];

        for (var cut = 1; cut < Reply(1).Length; cut++)
        {
            var search = connection.SearchAsync(Search("a"), TestToken);
            var reply = Reply((await server.ExpectAsync(LdapTags.SearchRequest)).Id);
            await server.SendAsync(reply[..cut], reply[cut..]);
            Assert.Equal("uid=a", Assert.Single((await search).Entries).Dn);
        }
    }

    [Fact]
    public async Task Answers_out_of_order_reach_those_who_asked()
    {
        Task<LdapSearchResult> first = connection.SearchAsync(Search("first"), TestToken), second = connection.SearchAsync(Search("second"), TestToken);
        FakeLdapRequest one = await server.ExpectAsync(LdapTags.SearchRequest), two = await server.ExpectAsync(LdapTags.SearchRequest);
        var (idOfFirst, idOfSecond) = one.Contains("first") ? (one.Id, two.Id) : (two.Id, one.Id);

        await server.SendAsync(LdapReplies.Entry(idOfSecond, "uid=second"), LdapReplies.Entry(idOfFirst, "uid=first"), LdapReplies.Done(idOfSecond));
        Assert.Equal("uid=second", Assert.Single((await second).Entries).Dn);
        Assert.False(first.IsCompleted);
        await server.SendAsync(LdapReplies.Done(idOfFirst));
        Assert.Equal("uid=first", Assert.Single((await first).Entries).Dn);
    }

    [Fact]
    public async Task Cancelled_search_is_abandoned_and_the_connection_lives()
    {
        using var cancel = new CancellationTokenSource();
        var search = connection.SearchAsync(Search("slow"), cancel.Token);
        var asked = await server.ExpectAsync(LdapTags.SearchRequest);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search);
        Assert.Equal(asked.Id, (await server.ExpectAsync(LdapTags.AbandonRequest)).AbandonedId());

        await server.SendAsync(LdapReplies.Entry(asked.Id, "uid=late"), LdapReplies.Done(asked.Id));
        Assert.Empty((await AnswerAsync(Search("next"), LdapReplies.Done)).Entries);
        Assert.True(connection.IsOpen);
    }

    [Fact]
    public async Task Cancelled_bind_ends_the_connection_since_nobody_knows_who_we_are()
    {
        using var cancel = new CancellationTokenSource();
        var bind = connection.BindAsync(new LdapBindRequest("cn=a", "pw"u8.ToArray()), cancel.Token);
        await server.ExpectAsync(LdapTags.BindRequest);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bind);
        Assert.False(connection.IsOpen);
        Assert.Null(await server.ReadAsync());
    }

    [Fact]
    public async Task End_of_the_stream_ends_all_that_is_pending_and_all_that_follows()
    {
        var pending = Enumerable.Range(0, 20).Select(i => connection.SearchAsync(Search($"u{i}"), TestToken)).ToList();
        await server.ExpectAsync(LdapTags.SearchRequest);
        await server.Stream.DisposeAsync();
        foreach (var search in pending) await AssertLostAsync(search, "closed");
        await AssertLostAsync(connection.SearchAsync(Search("more"), TestToken), "closed");
        Assert.False(connection.IsOpen);
    }

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Garbage_ends_all_that_is_pending(string garbage, string cause)
    {
        var search = connection.SearchAsync(Search("a"), TestToken);
        await server.ExpectAsync(LdapTags.SearchRequest);
        await server.SendAsync(Encoding.Latin1.GetBytes(garbage));
        await server.Stream.DisposeAsync();
        await AssertLostAsync(search, cause);
    }

    [Fact]
    public async Task Notice_of_disconnection_ends_all_that_is_pending_with_the_reason()
    {
        var search = connection.SearchAsync(Search("a"), TestToken);
        await server.ExpectAsync(LdapTags.SearchRequest);
        await server.SendAsync(LdapReplies.NoticeOfDisconnection(LdapResultCode.Unavailable));
        await AssertLostAsync(search, "the server disconnects: unavailable (52)");
    }

    [Fact]
    public async Task Other_unsolicited_notification_is_ignored()
    {
        await server.SendAsync(LdapReplies.Extended(0, name: "1.2.3"));
        Assert.Equal(LdapResultCode.Success, (await AnswerAsync(Search("a"), LdapReplies.Done)).Result.Code);
    }

    [Fact]
    public async Task Answer_to_a_request_never_made_ends_the_connection()
    {
        var search = connection.SearchAsync(Search("a"), TestToken);
        var asked = await server.ExpectAsync(LdapTags.SearchRequest);
        await server.SendAsync(LdapReplies.Done(asked.Id + 1));
        await AssertLostAsync(search, "never made");
    }

    [Fact]
    public async Task Answer_of_another_kind_ends_the_connection()
    {
        var search = connection.SearchAsync(Search("a"), TestToken);
        var asked = await server.ExpectAsync(LdapTags.SearchRequest);
        await server.SendAsync(LdapReplies.Bind(asked.Id));
        await AssertLostAsync(search, "does not answer what was asked");
    }

    [Fact]
    public async Task Result_code_is_given_to_the_caller()
    {
        var found = await AnswerAsync(Search("a"), id => LdapReplies.Done(id, LdapResultCode.NoSuchObject, "no base"));
        Assert.Equal(new LdapResult(LdapResultCode.NoSuchObject, "no base"), found.Result);
    }

    [Fact]
    public async Task More_entries_than_the_size_limit_are_cut_and_reported_also_when_the_server_does_not()
    {
        var found = await AnswerAsync(
            Search("a") with { SizeLimit = 2 },
            id => [.. LdapReplies.Entry(id, "cn=1"), .. LdapReplies.Entry(id, "cn=2"), .. LdapReplies.Entry(id, "cn=3"), .. LdapReplies.Done(id)]);
        Assert.Equal(LdapResultCode.SizeLimitExceeded, found.Result.Code);
        Assert.Equal(["cn=1", "cn=2"], found.Entries.Select(entry => entry.Dn));
    }

    [Fact]
    public async Task Result_without_end_is_cut_off_with_the_connection()
    {
        var search = connection.SearchAsync(Search("a"), TestToken);
        var asked = await server.ExpectAsync(LdapTags.SearchRequest);
        var large = LdapReplies.Entry(asked.Id, "cn=x", ("jpegPhoto", [new string('x', LdapFraming.MaxMessageBytes - 100)]));
        for (var sent = 0L; sent <= LdapSearchExchange.MaxResultBytes; sent += large.Length) await server.SendAsync(large);
        await AssertLostAsync(search, "a search result of more than");
    }

    [Fact]
    public async Task Retired_connection_takes_no_more_and_ends_with_the_last_answer()
    {
        var search = connection.SearchAsync(Search("a"), TestToken);
        var asked = await server.ExpectAsync(LdapTags.SearchRequest);
        connection.Retire();
        Assert.False(connection.IsOpen);
        await AssertLostAsync(connection.SearchAsync(Search("b"), TestToken), "being replaced");
        await server.SendAsync(LdapReplies.Done(asked.Id));
        await search;
        Assert.Null(await server.ReadAsync());
    }

    [Fact]
    public async Task Disposed_connection_says_goodbye()
    {
        var disposing = connection.DisposeAsync();
        Assert.Equal(LdapTags.UnbindRequest, (await server.ReadAsync())?.Tag);
        Assert.Null(await server.ReadAsync());
        await disposing;
    }

    [Fact]
    public async Task Octets_of_a_bind_are_cleared_when_they_are_sent()
    {
        var (client, peer) = DuplexStream.CreatePair();
        var remembering = new RememberingStream(client);
        await using var binding = new LdapConnection(remembering, TimeProvider.System);
        var bind = binding.BindAsync(new LdapBindRequest("cn=a", "secret"u8.ToArray()), TestToken);
        var asked = await new FakeLdapPeer(peer).ExpectAsync(LdapTags.BindRequest);
        Assert.Equal("secret", asked.BindPassword());
        await new FakeLdapPeer(peer).SendAsync(LdapReplies.Bind(asked.Id));
        await bind;
        Assert.Equal(new byte[asked.Octets.Length], Assert.Single(remembering.Written).ToArray());
        await peer.DisposeAsync();
    }

    [Fact]
    public async Task Server_that_does_not_read_holds_up_no_caller_and_is_given_up()
    {
        using var cancel = new CancellationTokenSource();
        var searches = Enumerable.Range(0, 3000).Select(i => connection.SearchAsync(Search($"u{i}"), cancel.Token)).ToList();
        await cancel.CancelAsync();
        foreach (var search in searches) await Assert.ThrowsAnyAsync<Exception>(() => search);
        Assert.False(connection.IsOpen);
    }

    private static LdapSearchRequest Search(string uid) =>
        new() { BaseDn = "dc=x", Filter = LdapFilter.Equal("uid", uid), Attributes = ["uid"] };

    private static async Task AssertLostAsync(Task search, string cause) =>
        Assert.Contains(
            cause, (await Assert.ThrowsAsync<LdapConnectionLostException>(() => search.WaitAsync(FakeLdapPeer.Patience, TestToken))).Message, StringComparison.Ordinal);

    private Task<LdapSearchResult> AnswerAsync(LdapSearchRequest request, Func<int, LdapResultCode, string, byte[]> reply) =>
        AnswerAsync(request, id => reply(id, LdapResultCode.Success, ""));

    private async Task<LdapSearchResult> AnswerAsync(LdapSearchRequest request, Func<int, byte[]> reply)
    {
        var search = connection.SearchAsync(request, TestToken);
        await server.SendAsync(reply((await server.ExpectAsync(LdapTags.SearchRequest)).Id));
        return await search;
    }
}
