using PolicyDaemon.Backends.PostgreSql;
using Xunit;

namespace PolicyDaemon.Tests.Backends.PostgreSql;

public sealed class AnswerLimitTests
{
    private readonly ManualClock clock = new();

    [Fact]
    public void Time_that_is_over_ends_the_wait_and_is_told_from_an_asker_who_has_gone()
    {
        using var gone = new CancellationTokenSource();
        using var one = new AnswerLimit(TimeSpan.FromSeconds(2), clock, gone.Token);
        gone.Cancel();
        Assert.True(one.Token.IsCancellationRequested);
        Assert.False(one.IsLate);

        using var other = new AnswerLimit(TimeSpan.FromSeconds(2), clock, CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(other.Token.IsCancellationRequested);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(other.Token.IsCancellationRequested);
        Assert.True(other.IsLate);
    }

    [Fact]
    public void What_throws_when_it_is_cancelled_harms_neither_the_timer_nor_the_asker()
    {
        using var gone = new CancellationTokenSource();
        using var one = new AnswerLimit(TimeSpan.FromSeconds(2), clock, gone.Token);
        using var other = new AnswerLimit(TimeSpan.FromSeconds(2), clock, CancellationToken.None);
        foreach (var limit in new[] { one, other }) limit.Token.Register(static () => throw new InvalidOperationException());

        gone.Cancel();
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.True(one.Token.IsCancellationRequested && other.Token.IsCancellationRequested);
    }

    [Fact]
    public void Late_end_of_one_that_is_disposed_does_nothing()
    {
        using var gone = new CancellationTokenSource();
        var one = new AnswerLimit(TimeSpan.FromSeconds(2), clock, gone.Token);
        var token = one.Token;
        one.Dispose();
        gone.Cancel();
        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.False(token.IsCancellationRequested);
    }
}
