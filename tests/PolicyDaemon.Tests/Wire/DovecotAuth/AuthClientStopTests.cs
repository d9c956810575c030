using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Wire.DovecotAuth;
using Xunit;

namespace PolicyDaemon.Tests.Wire.DovecotAuth;

/// <summary>The daemon stops, and can make the peer's next word fail, as over a unix socket: no login is lost.</summary>
public sealed class AuthClientStopTests
{
    [Fact]
    public async Task What_was_said_before_the_input_ends_is_answered_before_the_session_does()
    {
        TaskCompletionSource<AuthenticationAnswer> slow = new();
        var (peer, _) = await AuthClientPeer.GreetAsync((_, _) => new ValueTask<AuthenticationAnswer>(slow.Task), endsInput: true);
        using var owned = peer;
        await peer.SendAsync($"AUTH\t1\tPLAIN\tservice=smtp\tresp={AuthClientPeer.Right}\n");
        peer.Stop();
        await WaitForEndOfInputAsync(peer);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(peer.Session.IsCompleted);

        slow.SetResult(AuthenticationAnswer.Accepted(AuthClientPeer.AccountOf("bob")));
        await peer.Session.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.StartsWith("OK\t1\t", peer.Received(), StringComparison.Ordinal);
        Assert.Empty(peer.Log.Malformed);
    }

    [Fact]
    public async Task Client_in_the_middle_of_its_handshake_can_finish_it_and_ask()
    {
        using AuthClientPeer peer = new(endsInput: true);
        peer.Received();
        peer.Stop();
        for (var i = 0; i < 10; i++)
        {
            peer.Clock.Advance(AuthLimits.QuietTime);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.False(peer.IsInputEnded);
        await peer.SendAsync($"VERSION\t1\t0\nCPID\t1\nAUTH\t1\tPLAIN\tservice=smtp\tresp={AuthClientPeer.Right}\n");
        await WaitForEndOfInputAsync(peer);
        await peer.WaitForEndAsync();
        Assert.StartsWith("OK\t1\t", peer.Received(), StringComparison.Ordinal);
    }

    /// <summary>It asks on and on, or never says anything.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_that_is_not_quiet_or_does_not_greet_is_heard_no_longer_than_a_second(bool asks)
    {
        using AuthClientPeer peer = new(endsInput: true);
        if (asks) await peer.SendAsync("VERSION\t1\t0\nCPID\t1\n");
        peer.Stop();
        var before = peer.Clock.GetUtcNow();
        for (var id = 1; id < 1000 && !peer.IsInputEnded; id++)
        {
            if (asks) await peer.SendAsync($"AUTH\t{id}\tPLAIN\tservice=smtp\tresp={AuthClientPeer.Right}\n");
            peer.Clock.Advance(AuthLimits.QuietTime / 2);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.InRange(peer.Clock.GetUtcNow() - before, AuthLimits.LastRequestTime, AuthLimits.DrainTime / 2);
        await peer.WaitForEndAsync();
        Assert.Empty(peer.Log.Malformed);
    }

    private static async Task WaitForEndOfInputAsync(AuthClientPeer peer)
    {
        for (var i = 0; i < 1000 && !peer.IsInputEnded; i++)
        {
            peer.Clock.Advance(AuthLimits.QuietTime);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.True(peer.IsInputEnded);
    }
}
