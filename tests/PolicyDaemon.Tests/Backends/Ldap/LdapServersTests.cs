using System.Collections.Concurrent;
using System.Diagnostics;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

/// <summary>Two servers, the first preferred, on a clock that stands still: whatever ends without advancing it took no time.</summary>
public sealed class LdapServersTests : IAsyncDisposable
{
    private static readonly LdapSearchRequest Question = new()
    {
        BaseDn = "dc=x", Filter = LdapFilter.Equal("uid", "alice"), Attributes = ["uid"], SizeLimit = 2,
    };

    private readonly ManualClock clock = new();
    private readonly FakeLdapServer first = new();
    private readonly FakeLdapServer second = new();
    private readonly ConcurrentQueue<LdapServerState> changes = new();
    private readonly LdapServers servers;

    public LdapServersTests() => servers = new LdapServers("ldap", Options(first, second), clock, changes.Enqueue);

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await servers.DisposeAsync();
        await first.DisposeAsync();
        await second.DisposeAsync();
    }

    [Fact]
    public async Task Preferred_server_answers_and_the_other_is_not_even_connected()
    {
        Assert.Equal(first.Url.Text, (await AskAsync()).Provenance.Entry);
        Assert.Equal((1, 0), (first.Accepted, second.Accepted));
    }

    [Fact]
    public async Task Very_first_question_to_a_hung_server_goes_to_the_next_after_exactly_its_timeout()
    {
        first.Mode = FakeLdapMode.Silent;
        var answer = servers.SearchAsync(Question, TestToken).AsTask();
        await UntilAsync(() => first.Accepted == 1);
        clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(answer.IsCompleted);
        Assert.Equal(0, second.Accepted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(second.Url.Text, (await answer).Provenance.Entry);
    }

    [Fact]
    public async Task Server_known_as_hung_costs_later_questions_nothing()
    {
        await AskAsync();
        await HangFirstAsync();
        var before = first.Searches;
        for (var i = 0; i < 50; i++) Assert.Equal(second.Url.Text, (await AskAsync()).Provenance.Entry);
        Assert.Equal(before, first.Searches);
    }

    [Fact]
    public async Task Preferred_server_is_used_again_when_it_is_back()
    {
        await AskAsync();
        await HangFirstAsync();
        first.Mode = FakeLdapMode.Answer;
        await AdvanceUntilAsync(() => !servers.States[0].IsPassedOver);
        Assert.Equal(first.Url.Text, (await AskAsync()).Provenance.Entry);
        Assert.Equal([true, false], changes.Select(change => change.IsPassedOver));
        Assert.Equal("no answer within 1 s", changes.First().Cause);
    }

    [Fact]
    public async Task Server_that_stays_hung_is_probed_ever_more_seldom()
    {
        await AskAsync();
        await HangFirstAsync();
        var (started, connections) = (clock.GetUtcNow(), first.Accepted);
        await AdvanceUntilAsync(() => clock.GetUtcNow() - started > TimeSpan.FromMinutes(2), milliseconds: 500);
        Assert.InRange(first.Accepted - connections, 10, 40);
        Assert.True(servers.States[0].IsPassedOver);
    }

    [Fact]
    public async Task Server_that_resets_connections_is_passed_over_at_once()
    {
        await AskAsync();
        first.Mode = FakeLdapMode.Reset;
        Assert.Equal(second.Url.Text, (await AskAsync()).Provenance.Entry);
        Assert.True(servers.States[0].IsPassedOver);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connection_lost_while_idle_is_made_again_and_nobody_notices(bool isReset)
    {
        await AskAsync();
        if (isReset) first.ResetAll();
        else first.CloseAll();
        Assert.Equal(first.Url.Text, (await AskAsync()).Provenance.Entry);
        Assert.Empty(changes);
        Assert.Equal(2, first.Accepted);
    }

    [Theory]
    [InlineData(51, true)] // busy
    [InlineData(52, true)] // unavailable
    [InlineData(3, false)] // timeLimitExceeded
    [InlineData(11, false)] // adminLimitExceeded
    [InlineData(80, false)] // other
    [InlineData(32, false)] // noSuchObject
    [InlineData(50, false)] // insufficientAccessRights
    [InlineData(53, false)] // unwillingToPerform
    public async Task Refusal_is_unavailable_and_the_next_server_is_asked(int code, bool isPassedOver)
    {
        first.Answer = request => [LdapReplies.Done(request.Id, (LdapResultCode)code)];
        Assert.Equal(second.Url.Text, (await AskAsync()).Provenance.Entry);
        Assert.Equal(isPassedOver, servers.States[0].IsPassedOver);

        second.Answer = first.Answer;
        var answer = await AskAsync();
        Assert.True(answer.IsUnavailable);
        Assert.Contains($"({code})", answer.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_base_is_said_in_words()
    {
        first.Answer = second.Answer = request => [LdapReplies.Done(request.Id, LdapResultCode.NoSuchObject)];
        Assert.Contains("the base dc=x does not exist, or is not visible to us", (await AskAsync()).Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Referral_is_not_followed()
    {
        first.Answer = request => [LdapReplies.Reference(request.Id, second.Url.Text), LdapReplies.Done(request.Id)];
        Assert.Empty((await AskAsync()).Value!.Entries);
        Assert.Equal(0, second.Accepted);
    }

    [Fact]
    public async Task Size_limit_is_an_answer()
    {
        first.Answer = request => [LdapReplies.Entry(request.Id, "cn=1"), LdapReplies.Entry(request.Id, "cn=2"), LdapReplies.Done(request.Id, LdapResultCode.SizeLimitExceeded)];
        var answer = await AskAsync();
        Assert.True(answer.IsFound);
        Assert.Equal(LdapResultCode.SizeLimitExceeded, answer.Value.Result.Code);
        Assert.Equal(2, answer.Value.Entries.Count);
    }

    [Fact]
    public async Task All_servers_down_is_unavailable_at_once_with_the_cause_of_each()
    {
        (first.Mode, second.Mode) = (FakeLdapMode.Reset, FakeLdapMode.Reset);
        var answer = await AskAsync();
        Assert.True(answer.IsUnavailable);
        var accepted = first.Accepted;
        answer = await AskAsync();
        Assert.True(answer.IsUnavailable);
        Assert.Contains($"{first.Url}: passed over: ", answer.Cause, StringComparison.Ordinal);
        Assert.Contains($"{second.Url}: passed over: ", answer.Cause, StringComparison.Ordinal);
        Assert.Equal(accepted, first.Accepted);
    }

    [Fact]
    public async Task Slow_question_does_not_make_a_server_that_answers_others_hung()
    {
        first.Answer = request => request.Contains("slow") ? [] : [LdapReplies.Done(request.Id)];
        await AskAsync();
        var slow = servers.SearchAsync(Question with { Filter = LdapFilter.Equal("uid", "slow") }, TestToken).AsTask();
        await UntilAsync(() => first.Searches == 2);
        await AskAsync();
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(second.Url.Text, (await slow).Provenance.Entry);
        Assert.False(servers.States[0].IsPassedOver);
    }

    [Fact]
    public async Task Question_that_fails_late_does_not_pass_over_a_server_that_is_back()
    {
        await AskAsync();
        first.Mode = FakeLdapMode.Silent;
        var early = servers.SearchAsync(Question, TestToken).AsTask();
        await UntilAsync(() => first.Searches == 2);
        clock.Advance(TimeSpan.FromMilliseconds(600));
        var late = servers.SearchAsync(Question, TestToken).AsTask();
        await UntilAsync(() => first.Searches == 3);
        clock.Advance(TimeSpan.FromMilliseconds(400));
        await early;

        first.Mode = FakeLdapMode.Answer;
        await AdvanceUntilAsync(() => !servers.States[0].IsPassedOver);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await late).IsFound);
        Assert.Equal([true, false], changes.Select(change => change.IsPassedOver));
    }

    [Fact]
    public async Task Token_of_the_caller_bounds_the_whole_question()
    {
        (first.Mode, second.Mode) = (FakeLdapMode.Silent, FakeLdapMode.Silent);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(1500), clock);
        var answer = servers.SearchAsync(Question, deadline.Token).AsTask();
        await UntilAsync(() => first.Accepted == 1);
        clock.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => second.Accepted == 1);
        clock.Advance(TimeSpan.FromMilliseconds(500));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.False(servers.States[1].IsPassedOver);
    }

    [Fact]
    public async Task Cancelled_token_ends_the_question_also_when_all_servers_are_passed_over()
    {
        (first.Mode, second.Mode) = (FakeLdapMode.Reset, FakeLdapMode.Reset);
        await AskAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await servers.SearchAsync(Question, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Thousand_questions_at_once_share_one_connection()
    {
        first.Answer = request => [LdapReplies.Entry(request.Id, $"cn={request.Id}"), LdapReplies.Done(request.Id)];
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => servers.SearchAsync(Question, TestToken).AsTask()));
        Assert.Equal(1000, answers.Select(answer => answer.Value!.Entries[0].Dn).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(1, first.Accepted);
    }

    [Fact]
    public async Task Connections_asked_for_are_used_in_turn()
    {
        await using var three = new LdapServers("ldap", Options(first) with { Connections = 3 }, clock, static _ => { });
        for (var i = 0; i < 9; i++) await three.SearchAsync(Question, TestToken);
        Assert.Equal(3, first.Accepted);
    }

    [Fact]
    public async Task Refused_bind_is_unavailable_with_its_cause_and_is_not_repeated_soon()
    {
        using var password = new PasswordFile("wrong");
        first.BindResult = LdapResultCode.InvalidCredentials;
        await using var one = new LdapServers("ldap", Options(first) with { BindDn = "cn=policydaemon", BindPasswordFile = password.Path }, clock, changes.Enqueue);
        var answer = await one.SearchAsync(Question, TestToken);
        Assert.True(answer.IsUnavailable);
        Assert.Contains("bind as cn=policydaemon: invalidCredentials (49)", answer.Cause, StringComparison.Ordinal);

        var started = clock.GetUtcNow();
        await AdvanceUntilAsync(() => clock.GetUtcNow() - started > TimeSpan.FromMinutes(5), milliseconds: 500);
        Assert.InRange(first.Requests.Count(request => request.Tag == LdapTags.BindRequest), 5, 12);
    }

    [Fact]
    public async Task Changed_password_counts_for_the_next_connection()
    {
        using var password = new PasswordFile("old\n");
        await using var one = new LdapServers("ldap", Options(first) with { BindDn = "cn=policydaemon", BindPasswordFile = password.Path }, clock, changes.Enqueue);
        await one.SearchAsync(Question, TestToken);
        password.Write("new");
        first.ResetAll();
        await one.SearchAsync(Question, TestToken);
        Assert.Equal(["old", "new"], first.Requests.Where(request => request.Tag == LdapTags.BindRequest).Select(request => request.BindPassword()));
    }

    [Fact]
    public async Task Disposing_ends_questions_and_probes()
    {
        await AskAsync();
        await HangFirstAsync();
        second.Mode = FakeLdapMode.Silent;
        var before = second.Searches;
        var pending = servers.SearchAsync(Question, TestToken).AsTask();
        await UntilAsync(() => second.Searches > before);
        await servers.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestToken);
        Assert.True((await pending).IsUnavailable);
        Assert.True((await AskAsync()).IsUnavailable);
    }

    private static LdapOptions Options(params FakeLdapServer[] fakes) => new() { Urls = [.. fakes.Select(fake => fake.Url)], BaseDn = "dc=x" };

    private ValueTask<Lookup<LdapSearchResult>> AskAsync() => servers.SearchAsync(Question, TestToken);

    private async Task HangFirstAsync()
    {
        first.Mode = FakeLdapMode.Silent;
        var before = first.Searches;
        var answer = servers.SearchAsync(Question, TestToken).AsTask();
        await UntilAsync(() => first.Searches > before);
        clock.Advance(TimeSpan.FromSeconds(1));
        await answer;
    }

    private Task AdvanceUntilAsync(Func<bool> condition, int milliseconds = 100) => UntilAsync(() =>
    {
        if (condition()) return true;
        clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return false;
    });

    /// <summary>Lets the other side work, in real time, until it has.</summary>
    private static async Task UntilAsync(Func<bool> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20), "waited in vain");
            await Task.Delay(1, TestToken);
        }
    }
}
