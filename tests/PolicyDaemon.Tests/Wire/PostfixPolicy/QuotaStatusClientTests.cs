using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Wire.PostfixPolicy;
using Xunit;

namespace PolicyDaemon.Tests.Wire.PostfixPolicy;

public sealed class QuotaStatusClientTests
{
    private const string Fits = "action=OK\n\n";
    private const string Full = "action=552 5.2.2 Mailbox is full\n\n";

    private static readonly TimeSpan TwoSeconds = TimeSpan.FromSeconds(2);

    private readonly ManualClock clock = new();

    [Fact]
    public async Task Question_is_put_as_postfix_would_at_rcpt()
    {
        ScriptedQuotaStatus dovecot = new(Fits);
        await using var client = ClientOf(dovecot);
        Assert.False((await AskAsync(client, size: 2432)).Value!.IsOverQuota);
        Assert.Equal(
            ["request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nrecipient=alice@truenorth.local\nsize=2432\n\n"],
            dovecot.Requests);
    }

    /// <summary>What we ask is understood by our own server side.</summary>
    [Fact]
    public async Task Question_is_a_policy_request()
    {
        ScriptedQuotaStatus dovecot = new(Fits);
        await using var client = ClientOf(dovecot);
        await AskAsync(client);
        PolicyPeer peer = new();
        await peer.SendAsync(dovecot.Requests[0]);
        Assert.Equal(PolicyPeer.Dunno, peer.Received());
    }

    [Fact]
    public async Task Connection_is_kept_for_the_next_question()
    {
        ScriptedQuotaStatus dovecot = new(Fits, Full, Fits);
        await using var client = ClientOf(dovecot);
        Assert.False((await AskAsync(client)).Value!.IsOverQuota);
        Assert.True((await AskAsync(client)).Value!.IsOverQuota);
        Assert.False((await AskAsync(client)).Value!.IsOverQuota);
        Assert.Single(dovecot.Connections);
    }

    [Fact]
    public async Task Kept_connection_that_was_closed_meanwhile_is_replaced()
    {
        ScriptedQuotaStatus dovecot = new(Fits, Full);
        await using var client = ClientOf(dovecot);
        await AskAsync(client);
        await dovecot.Connections[0].CloseAsync();
        Assert.True((await AskAsync(client)).Value!.IsOverQuota);
        Assert.Equal([true, false], dovecot.Connections.Select(connection => connection.IsDisposed));
    }

    [Fact]
    public async Task Kept_connection_that_closes_instead_of_answering_is_replaced()
    {
        ScriptedQuotaStatus dovecot = new(Fits, null, Full);
        await using var client = ClientOf(dovecot);
        await AskAsync(client);
        Assert.True((await AskAsync(client)).Value!.IsOverQuota);
    }

    [Fact]
    public async Task New_connection_that_closes_instead_of_answering_is_unavailable()
    {
        ScriptedQuotaStatus dovecot = new(null, Fits);
        await using var client = ClientOf(dovecot);
        Assert.Equal("quota-status: connection closed without an answer", (await AskAsync(client)).Cause);
        Assert.True((await AskAsync(client)).IsFound);
    }

    [Fact]
    public async Task Nobody_listening_is_unavailable_until_somebody_does()
    {
        ScriptedQuotaStatus dovecot = new(Fits) { IsUp = false };
        await using var client = ClientOf(dovecot);
        Assert.Equal("quota-status: connection refused", (await AskAsync(client)).Cause);
        dovecot.IsUp = true;
        Assert.True((await AskAsync(client)).IsFound);
    }

    [Fact]
    public async Task Silence_is_unavailable_after_the_timeout_and_its_connection_is_not_used_again()
    {
        ScriptedQuotaStatus dovecot = new();
        await using var client = ClientOf(dovecot);
        var asking = AskAsync(client);
        clock.Advance(TwoSeconds - TimeSpan.FromMilliseconds(1));
        Assert.False(asking.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("quota-status: no answer within 2 s", (await asking).Cause);
        Assert.True(dovecot.Connections[0].IsDisposed);
    }

    [Fact]
    public async Task Caller_that_gives_up_is_told_so()
    {
        ScriptedQuotaStatus dovecot = new();
        await using var client = ClientOf(dovecot);
        using CancellationTokenSource caller = new();
        var asking = AskAsync(client, cancellationToken: caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.True(dovecot.Connections[0].IsDisposed);
    }

    [Theory]
    [InlineData("\n", "answer without action")]
    [InlineData("result=ok\n\n", "answer without action")]
    [InlineData("x\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\n", "answer too long")]
    public async Task Nonsense_is_unavailable_and_its_connection_is_not_used_again(string answer, string cause)
    {
        ScriptedQuotaStatus dovecot = new(answer, Fits);
        await using var client = ClientOf(dovecot);
        Assert.Equal("quota-status: " + cause, (await AskAsync(client)).Cause);
        Assert.True(dovecot.Connections[0].IsDisposed);
        Assert.True((await AskAsync(client)).IsFound);
    }

    [Fact]
    public async Task Line_without_end_is_unavailable()
    {
        ScriptedQuotaStatus dovecot = new("action=" + new string('x', 10_000));
        await using var client = ClientOf(dovecot);
        Assert.Equal("quota-status: answer too long", (await AskAsync(client)).Cause);
    }

    /// <summary>What stands behind an answer would be taken for the answer to the next question.</summary>
    [Fact]
    public async Task Connection_with_more_than_one_answer_is_not_used_again()
    {
        ScriptedQuotaStatus dovecot = new(Fits + Full, Fits);
        await using var client = ClientOf(dovecot);
        Assert.False((await AskAsync(client)).Value!.IsOverQuota);
        Assert.False((await AskAsync(client)).Value!.IsOverQuota);
        Assert.Equal(2, dovecot.Connections.Count);
    }

    [Fact]
    public async Task Answer_may_come_byte_by_byte_and_with_other_attributes()
    {
        ScriptedQuotaStatus dovecot = new();
        await using var client = ClientOf(dovecot);
        var asking = AskAsync(client);
        foreach (var octet in "x=y\naction=552 5.2.2 full\n\n"u8.ToArray())
        {
            Assert.False(asking.IsCompleted);
            await dovecot.Connections[0].Server.Output.WriteAsync(new[] { octet });
        }

        Assert.True((await asking).Value!.IsOverQuota);
    }

    [Fact]
    public async Task Only_so_many_connections_are_opened_and_who_waits_too_long_is_unavailable()
    {
        ScriptedQuotaStatus dovecot = new();
        await using var client = ClientOf(dovecot);
        var asking = Enumerable.Range(0, QuotaStatusClient.MaxConnections + 2).Select(_ => AskAsync(client)).ToArray();
        Assert.Equal(QuotaStatusClient.MaxConnections, dovecot.Connections.Count);
        clock.Advance(TwoSeconds);
        Assert.All(await Task.WhenAll(asking), answer => Assert.True(answer.IsUnavailable));
        Assert.All(dovecot.Connections, connection => Assert.True(connection.IsDisposed));
    }

    [Fact]
    public async Task Disposing_closes_idle_connections_and_those_in_use_after_their_answer()
    {
        ScriptedQuotaStatus dovecot = new(Fits);
        var client = ClientOf(dovecot);
        var busy = AskAsync(client);
        Assert.True((await busy).IsFound);
        busy = AskAsync(client);
        var idle = AskAsync(client);
        await dovecot.Connections[1].Server.Output.WriteAsync("action=OK\n\n"u8.ToArray());
        Assert.True((await idle).IsFound);
        Assert.False(dovecot.Connections[1].IsDisposed);

        await client.DisposeAsync();
        Assert.True(dovecot.Connections[1].IsDisposed);
        Assert.False(busy.IsCompleted);
        await dovecot.Connections[0].Server.Output.WriteAsync("action=OK\n\n"u8.ToArray());
        Assert.True((await busy).IsFound);
        Assert.True(dovecot.Connections[0].IsDisposed);
    }

    private QuotaStatusClient ClientOf(ScriptedQuotaStatus dovecot) => new(dovecot.ConnectAsync, TwoSeconds, clock);

    private static Task<Lookup<QuotaState>> AskAsync(QuotaStatusClient client, long size = 0, CancellationToken cancellationToken = default)
    {
        Assert.True(new AddressNormalizer("+").TryParse("alice@truenorth.local", out var alice));
        return client.FindQuotaAsync(alice, size, cancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
    }
}
