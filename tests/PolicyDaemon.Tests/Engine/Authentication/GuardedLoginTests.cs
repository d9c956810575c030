using System.Net;
using System.Text;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Guessing;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Authentication;

/// <summary>Logins while somebody guesses.</summary>
public sealed class GuardedLoginTests
{
    private static readonly IPAddress Home = IPAddress.Parse("192.0.2.7");

    private readonly ManualClock clock = new();
    private readonly TestPassdb passdb = new TestPassdb().Add("alice", "s3cret");
    private readonly GuessingGuard guard;
    private readonly Authenticator authenticator;

    public GuardedLoginTests()
    {
        guard = new GuessingGuard(() => new GuardRules(), clock);
        var directory = new TestDirectory().Add(Mail.Account("alice") with { Logins = ["alice", "alice@truenorth.local"] });
        authenticator = new Authenticator(new AccountRules { Statuses = Mail.Statuses }, directory, [passdb], new RecordingObserver(), clock, guard);
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("nobody")]
    public async Task Locked_login_is_told_so_without_looking_at_the_password_whether_or_not_it_exists(string login)
    {
        for (var i = 0; i < 5; i++) await AskAsync(login, $"guess{i}", Mail.Outside);
        var asked = passdb.Questions.Count;
        var answer = await AskAsync(login, "s3cret", Home);

        Assert.Equal(("guessing_login", "Too many wrong passwords, try again later"), (answer.Reason!.Name, answer.PublicText));
        Assert.Equal("guessing_network", (await AskAsync(login, "s3cret", Mail.Outside)).Reason!.Name);
        Assert.Equal(asked, passdb.Questions.Count);
    }

    [Fact]
    public async Task All_spellings_of_a_login_count_together()
    {
        for (var i = 0; i < 5; i++) await AskAsync(i % 2 == 0 ? "ALICE" : "alice@truenorth.local", $"guess{i}", new IPAddress([10, 0, 0, (byte)i]));

        Assert.Equal(Reason.GuessingLogin, (await AskAsync("alice", "s3cret", Home)).Reason);
    }

    [Fact]
    public async Task Who_logged_in_from_a_network_still_does_while_others_guess()
    {
        Assert.True((await AskAsync("alice", "s3cret", Home)).IsAccepted);
        for (var i = 0; i < 20; i++) await AskAsync("alice", $"guess{i}", Mail.Outside);

        Assert.True((await AskAsync("alice", "s3cret", Home)).IsAccepted);
    }

    [Fact]
    public async Task Wrong_password_waits_before_it_is_answered_and_a_right_one_does_not()
    {
        Assert.True(AskUnwaitedAsync("alice", "s3cret", Home).IsCompleted);
        var wrong = AskUnwaitedAsync("alice", "wrong", Home);
        clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.False(wrong.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(Reason.PasswordWrong, (await wrong.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken)).Reason);
    }

    [Fact]
    public async Task Who_delays_clients_itself_is_answered_at_once_and_told_how_long()
    {
        var asking = AskUnwaitedAsync("alice", "wrong", Home, isDelayedElsewhere: true);

        Assert.True(asking.IsCompletedSuccessfully);
        Assert.Equal(TimeSpan.FromSeconds(1), (await asking).Delay);
    }

    [Fact]
    public async Task Outage_is_no_guess()
    {
        passdb.State = SourceState.Down;
        for (var i = 0; i < 20; i++) Assert.Equal(AuthenticationOutcome.TryLater, (await AskAsync("alice", $"guess{i}", Mail.Outside)).Outcome);

        Assert.Equal(0, guard.Guesses);
    }

    /// <summary>The right one among many at once must not be told when the others have locked the login.</summary>
    [Fact]
    public async Task Guesses_at_once_are_no_more_than_guesses_one_after_the_other()
    {
        // As many as may are with the source of passwords before it answers any, and it answers the right one last.
        TaskCompletionSource guesses = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource right = new(TaskCreationOptions.RunContinuationsAsynchronously);
        passdb.Gate = guesses.Task;
        var asked = Enumerable.Range(1, GuessTurns.AtOnce - 1).Select(GuessAsync).ToList();
        passdb.Gate = right.Task;
        asked.Add(AskUnwaitedAsync("alice", "s3cret", new IPAddress([10, 0, 1, 0])));
        asked.AddRange(Enumerable.Range(100, 100).Select(GuessAsync));
        guesses.SetResult();
        for (var i = 0; i < 500 && guard.Find("alice", Mail.Outside) is null; i++) await Task.Delay(10, TestContext.Current.CancellationToken);
        right.SetResult();
        for (var i = 0; i < 80 && !asked.TrueForAll(each => each.IsCompleted); i++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
            clock.Advance(TimeSpan.FromSeconds(0.1));
        }

        var answers = await Task.WhenAll(asked).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(answers, answer => answer.IsAccepted);
        Assert.Equal(5, answers.Count(answer => answer.Reason == Reason.PasswordWrong));
        Assert.InRange(passdb.Questions.Count, GuessTurns.AtOnce, GuessTurns.AtOnce + 4); // before the fifth is known to be wrong, each that is lets one more in

        Task<AuthenticationAnswer> GuessAsync(int i) => AskUnwaitedAsync("alice", $"guess{i}", new IPAddress([10, 0, 0, (byte)i]));
    }

    [Fact]
    public async Task Who_tries_many_at_once_keeps_only_the_same_login_and_network_waiting()
    {
        Assert.True((await AskAsync("alice", "s3cret", Home)).IsAccepted);
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        passdb.Gate = gate.Task;
        for (var i = 0; i < 100; i++) _ = AskUnwaitedAsync("alice", $"guess{i}", Mail.Outside);
        passdb.Gate = Task.CompletedTask;

        Assert.True((await AskAsync("alice", "s3cret", Home)).IsAccepted);
        Assert.False((await AskAsync("bob", "x", IPAddress.Parse("203.0.113.9"))).IsAccepted);
        Assert.Equal(1 + GuessTurns.AtOnce + 2, passdb.Questions.Count);
        gate.SetResult();
    }

    private async Task<AuthenticationAnswer> AskAsync(string login, string text, IPAddress client)
    {
        var asking = AskUnwaitedAsync(login, text, client);
        if (!asking.IsCompleted) clock.Advance(TimeSpan.FromSeconds(7.5));
        return await asking.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    private Task<AuthenticationAnswer> AskUnwaitedAsync(string login, string text, IPAddress client, bool isDelayedElsewhere = false)
    {
        var request = new AuthenticationRequest
        {
            Login = login, Password = new Password(Encoding.UTF8.GetBytes(text)), ClientAddress = client, Service = "smtp", IsDelayedElsewhere = isDelayedElsewhere,
        };
        return authenticator.AuthenticateAsync(request, TestContext.Current.CancellationToken).AsTask();
    }
}
