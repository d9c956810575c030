using PolicyDaemon.Watch;
using Xunit;
using static PolicyDaemon.Watch.WatchLevel;

namespace PolicyDaemon.Tests.Daemon.Watch;

public sealed class NoticePaceTests
{
    private readonly NoticePace pace = new();
    private DateTimeOffset now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_rise_is_told_once_and_so_is_the_end() => Tell("NWWCCWN", "-w-c--n");

    [Fact]
    public void Nothing_is_told_of_what_is_well() => Tell("NNN", "---");

    [Fact]
    public void What_swings_is_told_once_an_hour()
    {
        Tell("WNWNWN", "wn----");
        now += NoticePace.Pause;
        Tell("WNWN", "wn--");
    }

    [Fact]
    public void What_came_back_within_the_hour_and_stays_is_told_when_the_hour_is_over()
    {
        Tell("CNC", "cn-");
        now += NoticePace.Pause;
        Tell("CCN", "c-n");
    }

    [Fact]
    public void Worse_is_told_at_once() => Tell("WNWC", "wn-c");

    /// <param name="levels">One letter for each look, a second apart.</param>
    /// <param name="told">What is told at each of them; - for nothing.</param>
    private void Tell(string levels, string told)
    {
        var heard = string.Concat(levels.Select(level =>
        {
            now += TimeSpan.FromSeconds(1);
            return pace.IsDue(level switch { 'W' => Warning, 'C' => Critical, _ => Normal }, now) ? char.ToLowerInvariant(level) : '-';
        }));
        Assert.Equal(told, heard);
    }
}
