using System.Collections.Concurrent;
using System.Diagnostics;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

/// <summary>Two fake servers, the first preferred, and a client of both on a clock that stands still.</summary>
internal sealed class TwoLdapServers : IAsyncDisposable
{
    public static readonly LdapSearchRequest Question = new()
    {
        BaseDn = "dc=x", Filter = LdapFilter.Equal("uid", "alice"), Attributes = ["uid"], SizeLimit = 2,
    };

    public TwoLdapServers() => Servers = new LdapServers("ldap", Options(First, Second), Clock, Changes.Enqueue);

    public ManualClock Clock { get; } = new();

    public FakeLdapServer First { get; } = new();

    public FakeLdapServer Second { get; } = new();

    /// <summary>What the client told about its servers.</summary>
    public ConcurrentQueue<LdapServerState> Changes { get; } = new();

    public LdapServers Servers { get; }

    public static LdapOptions Options(params FakeLdapServer[] fakes) => new() { Urls = [.. fakes.Select(fake => fake.Url)], BaseDn = "dc=x" };

    public async ValueTask DisposeAsync()
    {
        await Servers.DisposeAsync();
        await First.DisposeAsync();
        await Second.DisposeAsync();
    }

    public ValueTask<Lookup<LdapSearchResult>> AskAsync() => Servers.SearchAsync(Question, TestContext.Current.CancellationToken);

    /// <summary>Silences the first server, and lets one question find out.</summary>
    public async Task HangFirstAsync()
    {
        First.Mode = FakeLdapMode.Silent;
        var before = First.Searches;
        var answer = AskAsync().AsTask();
        await UntilAsync(() => First.Searches > before);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await answer;
    }

    /// <param name="milliseconds">How far the clock goes in one step.</param>
    public Task AdvanceUntilAsync(Func<bool> condition, int milliseconds = 100) => UntilAsync(() =>
    {
        if (condition()) return true;
        Clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return false;
    });

    /// <summary>Lets the other side work, in real time, until it has.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < FakeLdapPeer.Patience, "waited in vain");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
