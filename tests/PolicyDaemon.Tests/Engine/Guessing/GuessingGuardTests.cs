using System.Globalization;
using System.Net;
using System.Text;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Guessing;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Guessing;

public sealed class GuessingGuardTests
{
    private static readonly IPAddress Home = IPAddress.Parse("192.0.2.7");
    private static readonly IPAddress Attacker = IPAddress.Parse("198.51.100.66");
    private static readonly IPAddress Webmail = IPAddress.Parse("127.0.0.1");

    private readonly ManualClock clock = new();
    private readonly List<GuardLock> locks = [];
    private readonly List<GuardEvent> events = [];
    private readonly GuessingGuard guard;
    private GuardRules rules = new() { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] };

    public GuessingGuardTests() => guard = Guard(locks.Add);

    [Fact]
    public void Fifth_different_password_locks_login_and_network_for_15_minutes()
    {
        for (var i = 1; i <= 4; i++) Guess("alice", Attacker, $"guess{i}");
        Assert.Null(guard.Find("alice", Attacker));
        Guess("alice", Attacker, "guess5");

        Assert.Equal("network 198.51.100.66/32", guard.Find("alice", Attacker)!.Key);
        Assert.Equal("login alice", guard.Find("alice", IPAddress.Parse("203.0.113.1"))!.Key);
        Assert.Equal("network 198.51.100.66/32", guard.Find("bob", Attacker)!.Key);
        Assert.Null(guard.Find("bob", Home));
        Assert.Equal(["login alice", "network 198.51.100.66/32"], locks.Select(found => found.Key).Order(StringComparer.Ordinal));
        clock.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        Assert.NotNull(guard.Find("alice", Attacker));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(guard.Find("alice", Attacker));
        Guess("alice", Attacker, "guess6");
        Assert.Null(guard.Find("alice", Attacker));
    }

    /// <summary>While nodes are brought up to date one after the other, a newer one may tell what an older one does not know.</summary>
    [Fact]
    public void Event_of_a_newer_version_neither_locks_nor_takes_a_lock_back()
    {
        for (var i = 1; i <= 5; i++) guard.Apply(new(GuardEventKind.Unknown, "login bob", (ulong)i, clock.GetUtcNow()));
        Assert.Null(guard.Find("bob", Home));

        for (var i = 1; i <= 5; i++) Guess("alice", Attacker, $"guess{i}");
        guard.Apply(new(GuardEventKind.Unknown, "login alice", 0, clock.GetUtcNow()));
        Assert.NotNull(guard.Find("alice", Home));
    }

    [Fact]
    public void Phone_with_an_old_password_is_no_attacker()
    {
        for (var i = 0; i < 10_000; i++) Guess("alice", Home, "old");

        Assert.Null(guard.Find("alice", Home));
        Assert.Empty(locks);
        Assert.Equal(2, guard.Guesses);
        Assert.Equal(2, events.Count);
    }

    [Fact]
    public void Ten_thousand_addresses_get_five_guesses_together()
    {
        var taken = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var address = new IPAddress([10, 1, (byte)(i / 256), (byte)(i % 256)]);
            if (guard.Find("alice", address) is not null) continue;
            taken++;
            Guess("alice", address, $"guess{i}");
        }

        Assert.Equal(5, taken);
        Assert.Single(locks);
    }

    [Fact]
    public void One_address_that_tries_every_login_gets_five_guesses()
    {
        var taken = 0;
        for (var i = 0; i < 1000; i++)
        {
            if (guard.Find($"user{i}", Attacker) is not null) continue;
            taken++;
            Guess($"user{i}", Attacker, "Summer2026");
        }

        Assert.Equal(5, taken);
    }

    [Fact]
    public void Nobody_locks_an_account_out_of_its_own_network()
    {
        guard.Right("alice", Home);
        for (var i = 0; i < 50; i++) Guess("alice", Attacker, $"guess{i}");
        for (var i = 0; i < 50; i++) Guess($"user{i}", Home, "x");

        Assert.Null(guard.Find("alice", Home));
        Assert.NotNull(guard.Find("bob", Home));
        Assert.NotNull(guard.Find("alice", Attacker));
    }

    [Fact]
    public void Own_network_may_try_ten_times_as_many_and_locks_nobody_else()
    {
        guard.Right("alice", Home);
        for (var i = 0; i < 49; i++) Guess("alice", Home, $"guess{i}");
        Assert.Null(guard.Find("alice", Home));
        Guess("alice", Home, "guess50");

        Assert.Equal("known alice 192.0.2.7/32", guard.Find("alice", Home)!.Key);
        Assert.Null(guard.Find("alice", Attacker));
        Assert.Null(guard.Find("bob", Home));
    }

    [Fact]
    public void Network_is_an_accounts_own_for_30_days_after_its_last_login()
    {
        guard.Right("alice", Home);
        clock.Advance(TimeSpan.FromDays(29));
        guard.Right("alice", Home);
        clock.Advance(TimeSpan.FromDays(29));
        for (var i = 0; i < 5; i++) Guess("bob", Home, $"guess{i}");
        Assert.Null(guard.Find("alice", Home));
        clock.Advance(TimeSpan.FromDays(1));
        for (var i = 0; i < 5; i++) Guess("bob", Home, $"guess{i}");

        Assert.NotNull(guard.Find("alice", Home));
    }

    [Fact]
    public void Proxy_is_nobodys_network_and_what_comes_through_it_locks_only_what_comes_through_it()
    {
        for (var i = 0; i < 100; i++) Guess($"user{i}", Webmail, "x");
        Assert.Null(guard.Find("alice", Webmail));
        for (var i = 0; i < 5; i++) Guess("alice", Webmail, $"guess{i}");

        Assert.Equal("proxied alice", guard.Find("alice", Webmail)!.Key);
        Assert.Equal("proxied alice", guard.Find("alice", null)!.Key);
        Assert.Null(guard.Find("alice", Home));
        guard.Right("alice", Webmail);
        Assert.NotNull(guard.Find("alice", Webmail));
    }

    [Fact]
    public void Guesses_count_within_their_window()
    {
        for (var i = 0; i < 100; i++)
        {
            Guess("alice", Attacker, $"guess{i}");
            clock.Advance(TimeSpan.FromMinutes(4));
        }

        Assert.Empty(locks);
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    public void Client_network_is_64_bits_of_IPv6_and_one_address_of_IPv4(string one, string other, bool isSame)
    {
        for (var i = 0; i < 5; i++) Guess($"user{i}", IPAddress.Parse(one), "x");
        Assert.Equal(isSame, guard.Find("bob", IPAddress.Parse(other)) is not null);
    }

    [Fact]
    public void Waiting_grows_with_each_different_password_and_stays_below_8_seconds()
    {
        Assert.Equal([1, 1, 2, 4, 7, 7], new[] { "a", "a", "b", "c", "d", "e" }.Select(text => Guess("alice", Attacker, text).TotalSeconds));
    }

    [Fact]
    public void Memory_is_bounded_whatever_is_tried_and_a_lock_is_not_pushed_out()
    {
        for (var i = 0; i < 5; i++) Guess("alice", Attacker, $"guess{i}");
        for (var i = 0; i < 5000; i++)
            Guess(new string('x', 2000) + i.ToString(CultureInfo.InvariantCulture), new IPAddress([10, 2, (byte)(i / 256), (byte)(i % 256)]), "x");

        Assert.InRange(guard.Guesses, 1, 1000);
        Assert.NotNull(guard.Find("alice", Home));
    }

    [Fact]
    public void Cleared_login_is_free_and_counts_anew()
    {
        for (var i = 0; i < 5; i++) Guess("alice", Attacker, $"guess{i}");
        Assert.Equal(2, guard.Show().Count(count => count.LockedUntil is not null));
        guard.Clear("login alice");

        Assert.Null(guard.Find("alice", Home));
        Assert.NotNull(guard.Find("alice", Attacker));
        Assert.Equal("network 198.51.100.66/32", Assert.Single(guard.Show()).Key);
    }

    [Fact]
    public void Another_node_that_hears_of_it_all_locks_the_same()
    {
        var other = Guard(_ => { });
        guard.Right("alice", Home);
        for (var i = 0; i < 3; i++) Guess("alice", Attacker, $"guess{i}");
        other.Happened = null;
        foreach (var seen in events) other.Apply(seen);
        using (var password = new Password("guess2"u8)) Assert.Null(other.Wrong("alice", Attacker, password, out _));
        Assert.Null(other.Find("alice", Attacker));
        for (var i = 3; i < 5; i++) Guess("alice", Attacker, $"guess{i}");
        foreach (var seen in events) other.Apply(seen);

        Assert.NotNull(other.Find("alice", Attacker));
        Assert.Null(other.Find("alice", Home));
    }

    [Fact]
    public void Changed_rules_count_for_the_next_password()
    {
        rules = rules with { DistinctPasswords = 2, Lockout = TimeSpan.FromMinutes(1) };
        Guess("alice", Attacker, "a");
        Guess("alice", Attacker, "b");
        Assert.NotNull(guard.Find("alice", Home));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(guard.Find("alice", Home));

        // What led to the lock is not counted again.
        Guess("alice", Attacker, "c");
        Assert.Null(guard.Find("alice", Home));
    }

    private GuessingGuard Guard(Action<GuardLock> onLocked)
    {
        var made = new GuessingGuard(() => rules, clock, onLocked, maxGuesses: 1000) { Happened = events.Add };
        made.UseSecret(new byte[32]);
        return made;
    }

    private TimeSpan Guess(string name, IPAddress client, string text)
    {
        using var password = new Password(Encoding.UTF8.GetBytes(text));
        guard.Wrong(name, client, password, out var delay);
        return delay;
    }
}
