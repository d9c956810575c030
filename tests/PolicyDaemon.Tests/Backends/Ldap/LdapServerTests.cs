using PolicyDaemon.Backends.Ldap;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

/// <summary>When a server is passed over, for how long, and when not. The clock stands still: what ends without advancing it took no time.</summary>
public sealed class LdapServerTests : IAsyncDisposable
{
    private readonly TwoLdapServers pair = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => pair.DisposeAsync();

    [Fact]
    public async Task Very_first_question_to_a_hung_server_goes_to_the_next_after_exactly_its_timeout()
    {
        pair.First.Mode = FakeLdapMode.Silent;
        var answer = pair.Servers.SearchAsync(TwoLdapServers.Question, TestToken).AsTask();
        await TwoLdapServers.UntilAsync(() => pair.First.Accepted == 1);
        pair.Clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(answer.IsCompleted);
        Assert.Equal(0, pair.Second.Accepted);
        pair.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(pair.Second.Url.Text, (await answer).Provenance.Entry);
    }

    [Fact]
    public async Task Server_known_as_hung_costs_later_questions_nothing()
    {
        await pair.AskAsync();
        await pair.HangFirstAsync();
        var before = pair.First.Searches;
        for (var i = 0; i < 50; i++) Assert.Equal(pair.Second.Url.Text, (await pair.AskAsync()).Provenance.Entry);
        Assert.Equal(before, pair.First.Searches);
    }

    [Fact]
    public async Task Preferred_server_is_used_again_when_it_is_back()
    {
        await pair.AskAsync();
        await pair.HangFirstAsync();
        pair.First.Mode = FakeLdapMode.Answer;
        await pair.AdvanceUntilAsync(() => !pair.Servers.States[0].IsPassedOver);
        Assert.Equal(pair.First.Url.Text, (await pair.AskAsync()).Provenance.Entry);
        Assert.Equal([true, false], pair.Changes.Select(change => change.IsPassedOver));
        Assert.Equal("no answer within 1 s", pair.Changes.First().Cause);
    }

    [Fact]
    public async Task Connection_that_has_gone_silent_is_replaced_when_the_server_is_well()
    {
        await pair.AskAsync();
        pair.First.MuteAll();
        var answer = pair.Servers.SearchAsync(TwoLdapServers.Question, TestToken).AsTask();
        await TwoLdapServers.UntilAsync(() => pair.First.Searches == 2);
        pair.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(pair.Second.Url.Text, (await answer).Provenance.Entry);
        await TwoLdapServers.UntilAsync(() => pair.Changes.Any(change => change.IsPassedOver));
        await pair.AdvanceUntilAsync(() => !pair.Servers.States[0].IsPassedOver);
        Assert.Equal(pair.First.Url.Text, (await pair.AskAsync()).Provenance.Entry);
    }

    [Fact]
    public async Task Server_that_stays_hung_is_probed_ever_more_seldom()
    {
        await pair.AskAsync();
        await pair.HangFirstAsync();
        var (started, connections) = (pair.Clock.GetUtcNow(), pair.First.Accepted);
        await pair.AdvanceUntilAsync(() => pair.Clock.GetUtcNow() - started > TimeSpan.FromMinutes(2), milliseconds: 500);
        Assert.InRange(pair.First.Accepted - connections, 10, 40);
        Assert.True(pair.Servers.States[0].IsPassedOver);
    }

    [Fact]
    public async Task Server_that_resets_connections_is_passed_over_at_once()
    {
        await pair.AskAsync();
        pair.First.Mode = FakeLdapMode.Reset;
        Assert.Equal(pair.Second.Url.Text, (await pair.AskAsync()).Provenance.Entry);
        Assert.True(pair.Servers.States[0].IsPassedOver);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connection_lost_while_idle_is_made_again_and_nobody_notices(bool isReset)
    {
        await pair.AskAsync();
        if (isReset) pair.First.ResetAll();
        else pair.First.CloseAll();
        Assert.Equal(pair.First.Url.Text, (await pair.AskAsync()).Provenance.Entry);
        Assert.Empty(pair.Changes);
        Assert.Equal(2, pair.First.Accepted);
    }

    [Fact]
    public async Task Slow_question_does_not_make_a_server_that_answers_others_hung()
    {
        pair.First.Answer = request => request.Contains("slow") ? [] : [LdapReplies.Done(request.Id)];
        await pair.AskAsync();
        var slow = pair.Servers.SearchAsync(TwoLdapServers.Question with { Filter = LdapFilter.Equal("uid", "slow") }, TestToken).AsTask();
        await TwoLdapServers.UntilAsync(() => pair.First.Searches == 2);
        await pair.AskAsync();
        pair.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(pair.Second.Url.Text, (await slow).Provenance.Entry);
        Assert.False(pair.Servers.States[0].IsPassedOver);
    }

    [Fact]
    public async Task Question_that_fails_late_does_not_pass_over_a_server_that_is_back()
    {
        await pair.AskAsync();
        pair.First.Mode = FakeLdapMode.Silent;
        var early = pair.Servers.SearchAsync(TwoLdapServers.Question, TestToken).AsTask();
        await TwoLdapServers.UntilAsync(() => pair.First.Searches == 2);
        pair.Clock.Advance(TimeSpan.FromMilliseconds(600));
        var late = pair.Servers.SearchAsync(TwoLdapServers.Question, TestToken).AsTask();
        await TwoLdapServers.UntilAsync(() => pair.First.Searches == 3);
        pair.Clock.Advance(TimeSpan.FromMilliseconds(400));
        await early;

        pair.First.Mode = FakeLdapMode.Answer;
        await pair.AdvanceUntilAsync(() => !pair.Servers.States[0].IsPassedOver);
        pair.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await late).IsFound);
        Assert.Equal([true, false], pair.Changes.Select(change => change.IsPassedOver));
    }

    [Fact]
    public async Task Refused_bind_is_unavailable_with_its_cause_and_is_not_repeated_soon()
    {
        using var password = new PasswordFile("wrong");
        pair.First.BindResult = LdapResultCode.InvalidCredentials;
        await using var one = new LdapServers("ldap", TwoLdapServers.Options(pair.First) with { BindDn = "cn=policydaemon", BindPasswordFile = password.Path }, pair.Clock, pair.Changes.Enqueue);
        var answer = await one.SearchAsync(TwoLdapServers.Question, TestToken);
        Assert.True(answer.IsUnavailable);
        Assert.Contains("bind as cn=policydaemon: invalidCredentials (49)", answer.Cause, StringComparison.Ordinal);

        var started = pair.Clock.GetUtcNow();
        await pair.AdvanceUntilAsync(() => pair.Clock.GetUtcNow() - started > TimeSpan.FromMinutes(5), milliseconds: 500);
        Assert.InRange(pair.First.Requests.Count(request => request.Tag == LdapTags.BindRequest), 5, 12);
    }

    [Fact]
    public async Task Disposing_ends_questions_and_probes()
    {
        await pair.AskAsync();
        await pair.HangFirstAsync();
        pair.Second.Mode = FakeLdapMode.Silent;
        var before = pair.Second.Searches;
        var pending = pair.Servers.SearchAsync(TwoLdapServers.Question, TestToken).AsTask();
        await TwoLdapServers.UntilAsync(() => pair.Second.Searches > before);
        await pair.Servers.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestToken);
        Assert.True((await pending).IsUnavailable);
        Assert.True((await pair.AskAsync()).IsUnavailable);
    }
}
