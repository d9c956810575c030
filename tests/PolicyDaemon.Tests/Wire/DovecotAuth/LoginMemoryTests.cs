using PolicyDaemon.Wire.DovecotAuth;
using Xunit;

namespace PolicyDaemon.Tests.Wire.DovecotAuth;

public sealed class LoginMemoryTests
{
    private static readonly LoginKey Key = new(15074, 1, "e222b572eb3f64e7cbd7dbd5280cb7e2");

    private readonly ManualClock clock = new();
    private readonly LoginMemory memory;

    public LoginMemoryTests() => memory = new(clock, []);

    [Fact]
    public void Login_is_told_once()
    {
        memory.Remember(Key, "bob@truenorth.local");
        Assert.Equal("bob@truenorth.local", memory.Take(Key));
        Assert.Null(memory.Take(Key));
        Assert.Equal(0, memory.Count);
    }

    [Fact]
    public void Process_id_and_cookie_must_all_be_right()
    {
        memory.Remember(Key, "bob");
        Assert.Null(memory.Take(Key with { ClientProcess = 15075 }));
        Assert.Null(memory.Take(Key with { AuthId = 2 }));
        Assert.Null(memory.Take(Key with { Cookie = "e222b572eb3f64e7cbd7dbd5280cb7e3" }));
        Assert.Null(memory.Take(Key with { Cookie = "E222B572EB3F64E7CBD7DBD5280CB7E2" }));
        Assert.Equal("bob", memory.Take(Key));
    }

    [Fact]
    public void Login_that_nobody_asked_for_is_forgotten_after_two_minutes()
    {
        memory.Remember(Key, "bob");
        clock.Advance(LoginMemory.KeepTime - TimeSpan.FromMilliseconds(1));
        memory.Remember(Key with { AuthId = 2 }, "carol");
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(memory.Take(Key));
        Assert.Equal("carol", memory.Take(Key with { AuthId = 2 }));
    }

    [Fact]
    public void Id_that_is_used_again_means_the_later_login_and_keeps_its_own_time()
    {
        memory.Remember(Key, "bob");
        clock.Advance(TimeSpan.FromMinutes(1));
        memory.Remember(Key, "carol");
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("carol", memory.Take(Key));
    }

    [Fact]
    public void Memory_is_bounded_and_the_oldest_goes_first()
    {
        for (var id = 0u; id <= LoginMemory.MaxLogins; id++) memory.Remember(Key with { AuthId = id }, "bob");
        Assert.Equal(LoginMemory.MaxLogins, memory.Count);
        Assert.Null(memory.Take(Key with { AuthId = 0 }));
        Assert.NotNull(memory.Take(Key with { AuthId = 1 }));
        Assert.NotNull(memory.Take(Key with { AuthId = LoginMemory.MaxLogins }));
    }

    [Fact]
    public void What_one_daemon_leaves_the_next_one_tells_once_and_in_its_time()
    {
        AuthInstance before = new(clock);
        before.NextConnectionId();
        before.Logins.Remember(Key, "forgotten");
        before.Logins.Remember(Key, "bob");
        clock.Advance(TimeSpan.FromMinutes(1));
        before.Logins.Remember(Key with { AuthId = 2 }, "carol");
        before.Logins.Remember(Key with { AuthId = 3 }, "dave");
        Assert.Equal("dave", before.Logins.Take(Key with { AuthId = 3 }));

        AuthInstance after = new(clock, before.Pending);
        Assert.Equal((before.ServerId, 2u), (after.ServerId, after.NextConnectionId()));
        Assert.Equal(["bob", "carol"], after.Pending.Logins.Select(login => login.User));
        Assert.Null(after.Logins.Take(Key with { AuthId = 3 }));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(after.Logins.Take(Key));
        Assert.Equal("carol", after.Logins.Take(Key with { AuthId = 2 }));
        Assert.Empty(after.Pending.Logins);
        Assert.NotEqual(before.ServerId, new AuthInstance(clock).ServerId);
    }
}
