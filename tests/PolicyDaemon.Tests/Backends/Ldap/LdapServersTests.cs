using PolicyDaemon.Backends.Ldap;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

/// <summary>What a question to two servers ends in, the first of them preferred.</summary>
public sealed class LdapServersTests : IAsyncDisposable
{
    private readonly TwoLdapServers pair = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => pair.DisposeAsync();

    [Fact]
    public async Task Preferred_server_answers_and_the_other_is_not_even_connected()
    {
        Assert.Equal(pair.First.Url.Text, (await pair.AskAsync()).Provenance.Entry);
        Assert.Equal((1, 0), (pair.First.Accepted, pair.Second.Accepted));
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
        pair.First.Answer = request => [LdapReplies.Done(request.Id, (LdapResultCode)code)];
        Assert.Equal(pair.Second.Url.Text, (await pair.AskAsync()).Provenance.Entry);
        Assert.Equal(isPassedOver, pair.Servers.States[0].IsPassedOver);

        pair.Second.Answer = pair.First.Answer;
        var answer = await pair.AskAsync();
        Assert.True(answer.IsUnavailable);
        Assert.Contains($"({code})", answer.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_base_is_said_in_words()
    {
        pair.First.Answer = pair.Second.Answer = request => [LdapReplies.Done(request.Id, LdapResultCode.NoSuchObject)];
        Assert.Contains("the base dc=x does not exist, or is not visible to us", (await pair.AskAsync()).Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Referral_is_not_followed()
    {
        pair.First.Answer = request => [LdapReplies.Reference(request.Id, pair.Second.Url.Text), LdapReplies.Done(request.Id)];
        Assert.Empty((await pair.AskAsync()).Value!.Entries);
        Assert.Equal(0, pair.Second.Accepted);
    }

    [Fact]
    public async Task Size_limit_is_an_answer()
    {
        pair.First.Answer = request => [LdapReplies.Entry(request.Id, "cn=1"), LdapReplies.Entry(request.Id, "cn=2"), LdapReplies.Done(request.Id, LdapResultCode.SizeLimitExceeded)];
        var answer = await pair.AskAsync();
        Assert.True(answer.IsFound);
        Assert.Equal(LdapResultCode.SizeLimitExceeded, answer.Value.Result.Code);
        Assert.Equal(2, answer.Value.Entries.Count);
    }

    [Fact]
    public async Task All_servers_down_is_unavailable_at_once_with_the_cause_of_each()
    {
        (pair.First.Mode, pair.Second.Mode) = (FakeLdapMode.Reset, FakeLdapMode.Reset);
        var answer = await pair.AskAsync();
        Assert.True(answer.IsUnavailable);
        var accepted = pair.First.Accepted;
        answer = await pair.AskAsync();
        Assert.True(answer.IsUnavailable);
        Assert.Contains($"{pair.First.Url}: passed over: ", answer.Cause, StringComparison.Ordinal);
        Assert.Contains($"{pair.Second.Url}: passed over: ", answer.Cause, StringComparison.Ordinal);
        Assert.Equal(accepted, pair.First.Accepted);
    }

    [Fact]
    public async Task Token_of_the_caller_bounds_the_whole_question()
    {
        (pair.First.Mode, pair.Second.Mode) = (FakeLdapMode.Silent, FakeLdapMode.Silent);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(1500), pair.Clock);
        var answer = pair.Servers.SearchAsync(TwoLdapServers.Question, deadline.Token).AsTask();
        await TwoLdapServers.UntilAsync(() => pair.First.Accepted == 1);
        pair.Clock.Advance(TimeSpan.FromSeconds(1));
        await TwoLdapServers.UntilAsync(() => pair.Second.Accepted == 1);
        pair.Clock.Advance(TimeSpan.FromMilliseconds(500));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.False(pair.Servers.States[1].IsPassedOver);
    }

    [Fact]
    public async Task Cancelled_token_ends_the_question_also_when_all_servers_are_passed_over()
    {
        (pair.First.Mode, pair.Second.Mode) = (FakeLdapMode.Reset, FakeLdapMode.Reset);
        await pair.AskAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pair.Servers.SearchAsync(TwoLdapServers.Question, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Thousand_questions_at_once_share_one_connection()
    {
        pair.First.Answer = request => [LdapReplies.Entry(request.Id, $"cn={request.Id}"), LdapReplies.Done(request.Id)];
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => pair.Servers.SearchAsync(TwoLdapServers.Question, TestToken).AsTask()));
        Assert.Equal(1000, answers.Select(answer => answer.Value!.Entries[0].Dn).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(1, pair.First.Accepted);
    }

    [Fact]
    public async Task Connections_asked_for_are_used_in_turn()
    {
        await using var three = new LdapServers("ldap", TwoLdapServers.Options(pair.First) with { Connections = 3 }, pair.Clock, static _ => { });
        for (var i = 0; i < 9; i++) await three.SearchAsync(TwoLdapServers.Question, TestToken);
        Assert.Equal(3, pair.First.Accepted);
    }

    [Fact]
    public async Task Changed_password_counts_for_the_next_connection()
    {
        using var password = new PasswordFile("old\n");
        await using var one = new LdapServers("ldap", TwoLdapServers.Options(pair.First) with { BindDn = "cn=policydaemon", BindPasswordFile = password.Path }, pair.Clock, pair.Changes.Enqueue);
        await one.SearchAsync(TwoLdapServers.Question, TestToken);
        password.Write("new");
        pair.First.ResetAll();
        await one.SearchAsync(TwoLdapServers.Question, TestToken);
        Assert.Equal(["old", "new"], pair.First.Requests.Where(request => request.Tag == LdapTags.BindRequest).Select(request => request.BindPassword()));
    }
}
