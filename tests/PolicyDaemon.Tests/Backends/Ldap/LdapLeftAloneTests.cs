using PolicyDaemon.Backends;
using PolicyDaemon.Backends.Ldap;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

public sealed class LdapLeftAloneTests
{
    private readonly ManualClock clock = new();
    private readonly LdapLeftAlone server;

    public LdapLeftAloneTests() => server = new LdapLeftAlone(new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8)), clock);

    [Fact]
    public void Server_is_left_alone_after_a_failure_and_then_tried_by_one_at_a_time()
    {
        server.Failed(server.Enter(), "gone");
        Assert.Equal("passed over: gone", Assert.Throws<LdapConnectionException>(server.ThrowIfResting).Message);
        clock.Advance(TimeSpan.FromSeconds(1.3));
        server.ThrowIfResting();
        server.Enter();
        Assert.Throws<LdapConnectionException>(() => server.Enter());
        server.Succeeded();
        server.Enter();
        server.Enter();
    }

    [Fact]
    public void Each_failure_in_a_row_makes_it_longer()
    {
        for (var i = 0; i < 3; i++)
        {
            server.Failed(server.Enter(), "gone");
            clock.Advance(TimeSpan.FromSeconds(0.7 * (1 << i)));
            Assert.Throws<LdapConnectionException>(server.ThrowIfResting);
            clock.Advance(TimeSpan.FromSeconds(0.6 * (1 << i)));
            server.ThrowIfResting();
        }
    }

    [Fact]
    public void Failures_at_the_same_time_count_once()
    {
        List<int> attempts = [.. Enumerable.Range(0, 100).Select(_ => server.Enter())];
        foreach (var attempt in attempts) server.Failed(attempt, "gone");
        clock.Advance(TimeSpan.FromSeconds(1.3));
        server.ThrowIfResting();
    }
}
