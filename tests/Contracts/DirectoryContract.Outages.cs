using System.Diagnostics;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>Sources that are down or hang, callers that are many or leave.</summary>
public abstract partial class DirectoryContract
{
    [Fact]
    public async Task Source_that_is_down_is_unavailable_never_not_found()
    {
        await StopWarmAsync();
        await AssertUnavailableAsync();
    }

    [Fact]
    public async Task Source_that_never_answers_is_unavailable_within_the_time_allowed()
    {
        await HangWarmAsync();
        await AssertUnavailableAsync();
    }

    [Fact]
    public async Task Source_that_comes_back_after_being_down_answers_again_by_itself()
    {
        await StopWarmAsync();
        await AssertUnavailableAsync();
        await ResumeAsync();
        await WaitUntilFoundAsync();
    }

    [Fact]
    public async Task Source_that_comes_back_after_hanging_answers_again_by_itself()
    {
        await HangWarmAsync();
        await AssertUnavailableAsync();
        await ResumeAsync();
        await WaitUntilFoundAsync();
    }

    [Fact]
    public async Task Cancelled_token_ends_a_question()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Source.FindAccountAsync(LoginOf(DirectorySeed.Alice), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Source.FindAddressAsync(Address($"alice@{Ours}"), cancelled));
    }

    [Fact]
    public async Task Token_cancelled_meanwhile_ends_a_question_that_hangs()
    {
        await HangWarmAsync();
        using var caller = new CancellationTokenSource();
        if (AnswersFromMemory)
        {
            Assert.True((await Source.FindAccountAsync(LoginOf(DirectorySeed.Alice), caller.Token)).IsUnavailable);
            return;
        }

        var question = Source.FindAccountAsync(LoginOf(DirectorySeed.Alice), caller.Token).AsTask();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => question);
    }

    [Fact]
    public async Task Concurrent_questions_each_get_their_own_answer()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            var account = DirectorySeed.Standard.Accounts[i % DirectorySeed.Standard.Accounts.Count];
            Assert.Equal(account.MainAddress, (await FindAsync(account)).Addresses[0].Text);
            Assert.Equal(account.MainAddress, (await AskAddressAsync(account.MainAddress)).Value?.Address.Text);
            Assert.True((await AskAddressAsync($"nobody{i}@{Ours}")).IsNotFound);
        });
    }

    protected async Task WaitUntilFoundAsync()
    {
        var limit = Stopwatch.StartNew();
        Lookup<Account> answer;
        do
        {
            answer = await AskLoginAsync(LoginOf(DirectorySeed.Alice));
            Assert.False(answer.IsNotFound);
            if (answer.IsUnavailable) await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        while (answer.IsUnavailable && limit.Elapsed < TimeSpan.FromSeconds(15));
        Assert.True(answer.IsFound, answer.Cause);
    }

    /// <summary>The source goes away while connections to it are open and have been used.</summary>
    private async Task StopWarmAsync()
    {
        await FindAsync(DirectorySeed.Alice);
        await StopAsync();
    }

    /// <inheritdoc cref="StopWarmAsync"/>
    private async Task HangWarmAsync()
    {
        await FindAsync(DirectorySeed.Alice);
        await HangAsync();
    }

    /// <summary>Asks for what is there and for what is not: an outage tells neither.</summary>
    private async Task AssertUnavailableAsync()
    {
        foreach (var name in new[] { LoginOf(DirectorySeed.Alice), "nobody" })
        {
            var started = Stopwatch.GetTimestamp();
            var answer = await AskLoginAsync(name);
            Assert.True(answer.IsUnavailable, $"{name}: {answer.Answer}");
            Assert.False(string.IsNullOrEmpty(answer.Cause));
            Assert.Contains(answer.Provenance.Source, SourceNames);
            Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeAllowed);
        }

        Assert.True((await AskAddressAsync($"alice@{Ours}")).IsUnavailable);
        Assert.True((await AskAddressAsync($"nobody@{Ours}")).IsUnavailable);
    }
}
