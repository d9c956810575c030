using System.Net;
using System.Text;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Guessing;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Guessing;

public sealed class ReportedLoginsTests
{
    private readonly ManualClock clock = new();
    private readonly Authentication.RecordingObserver observer = new();
    private readonly TestDirectory directory = new TestDirectory().Add(Mail.Account("alice") with { Logins = ["alice", "alice@truenorth.local"] });
    private readonly GuessingGuard guard;
    private readonly ReportedLogins reports;

    public ReportedLoginsTests()
    {
        guard = new GuessingGuard(() => new GuardRules(), clock);
        reports = new ReportedLogins(() => directory, guard, observer, clock);
    }

    [Fact]
    public async Task All_spellings_of_an_account_count_together_and_those_of_nobody_each()
    {
        for (var i = 0; i < 5; i++) await ReportAsync(i % 2 == 0 ? "ALICE" : "alice@truenorth.local", $"{i}", i);

        Assert.Equal(Reason.GuessingLogin, (await AllowAsync("alice", 99)).Refusal!.Reason);
        Assert.Null((await AllowAsync("nobody", 99)).Refusal);
    }

    [Theory]
    [InlineData(SourceState.Down)]
    [InlineData(SourceState.Hung)]
    [InlineData(SourceState.Broken)]
    public async Task While_the_directory_is_away_a_login_counts_as_it_was_typed(SourceState state)
    {
        directory.State = state;
        for (var i = 0; i < 5; i++) await ReportAsync("bob", $"{i}", i);

        Assert.NotNull((await AllowAsync("bob", 99)).Refusal);
    }

    [Fact]
    public async Task Second_different_password_makes_the_next_one_wait_and_the_first_does_not()
    {
        await ReportAsync("alice", "1", 1);
        Assert.Equal(TimeSpan.Zero, (await AllowAsync("alice", 1)).Delay);
        await ReportAsync("alice", "2", 1);
        Assert.Equal(TimeSpan.FromSeconds(2), (await AllowAsync("alice", 1)).Delay);
        Assert.Equal(TimeSpan.Zero, (await AllowAsync("carol", 2)).Delay);
    }

    [Fact]
    public async Task Each_wrong_password_and_each_refusal_is_told_once_and_a_right_one_is_not()
    {
        await ReportAsync("alice", "right", 1, isRight: true);
        Assert.Empty(observer.Told);
        await ReportAsync("alice", "1", 2);
        Assert.Equal(Reason.PasswordReported, Assert.Single(observer.Told).Reason);
        for (var i = 2; i < 6; i++) await ReportAsync("alice", $"{i}", 2);
        await AllowAsync("alice", 2);
        Assert.Equal(6, observer.Told.Count);
    }

    private async Task ReportAsync(string login, string mark, int client, bool isRight = false)
    {
        var reporting = reports.ReportAsync(Request(login, mark, client), isRight, TestContext.Current.CancellationToken).AsTask();
        if (!reporting.IsCompleted) clock.Advance(TimeSpan.FromSeconds(1));
        await reporting.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private async Task<(AuthenticationAnswer? Refusal, TimeSpan Delay)> AllowAsync(string login, int client)
    {
        var allowing = reports.AllowAsync(Request(login, "any", client), TestContext.Current.CancellationToken).AsTask();
        if (!allowing.IsCompleted) clock.Advance(TimeSpan.FromSeconds(1));
        return await allowing.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private static AuthenticationRequest Request(string login, string mark, int client) =>
        new() { Login = login, Password = new Password(Encoding.UTF8.GetBytes(mark)), ClientAddress = new IPAddress([10, 0, 0, (byte)client]), Service = "imap" };
}
