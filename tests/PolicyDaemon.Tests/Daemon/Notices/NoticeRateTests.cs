using PolicyDaemon.Notices;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Notices;

public sealed class NoticeRateTests
{
    private readonly NoticeRate rate = new();
    private DateTimeOffset now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void So_many_of_a_kind_go_within_an_hour_and_the_last_of_them_says_until_when()
    {
        DateTimeOffset first = now;
        Assert.Equal((true, null), Take("contained"));
        now += TimeSpan.FromMinutes(10);
        Assert.Equal((true, first + TimeSpan.FromHours(1)), Take("contained"));
        Assert.Equal((false, first + TimeSpan.FromHours(1)), Take("contained"));

        now = first + TimeSpan.FromMinutes(59);
        Assert.False(Take("contained").IsTaken);
        now = first + TimeSpan.FromHours(1);
        Assert.Equal((true, first + TimeSpan.FromMinutes(70)), Take("contained"));
    }

    [Fact]
    public void One_kind_takes_nothing_from_another()
    {
        for (int i = 0; i < 5; i++) Take("contained");
        Assert.True(Take("store").IsTaken);
    }

    private (bool IsTaken, DateTimeOffset? Until) Take(string kind)
    {
        bool isTaken = rate.TryTake(kind, 2, now, out DateTimeOffset? until);
        return (isTaken, until);
    }
}
