using System.Diagnostics;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>The server away: the view goes on, says how old it is, and ends in time.</summary>
public sealed class SyncOutageTests : SyncTests
{
    /// <summary>More than the time between two probes of a server that has nothing to say.</summary>
    private static readonly TimeSpan StaleFor = TimeSpan.FromSeconds(18);

    /// <summary>As long as a node may keep silent about having been cut off.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(30);

    private protected override SyncOptions Sync => base.Sync with { StaleFor = StaleFor };

    [Fact]
    public async Task Changes_made_while_a_killed_server_was_down_are_in_force_soon_after_its_start()
    {
        FollowedSlapd followed = await FollowAsync();
        await Slapd.KillAsync();
        await followed.WaitToHearAsync<SyncInterrupted>();
        Assert.True((await AskAsync(followed, "alice")).IsFound);
        await Slapd.ModifyOfflineAsync(new ReplaceValues(DnOf("alice"), "tnMailSendAllowed", "FALSE"), new DeleteEntry(DnOf("grace")));
        await Slapd.StartAsync();

        Stopwatch waited = Stopwatch.StartNew();
        await WaitUntilStoppedAsync(followed, "alice");
        TestContext.Current.TestOutputHelper!.WriteLine($"in force {waited.ElapsedMilliseconds} ms after the start of the server");
        Assert.True((await AskAsync(followed, "grace")).IsNotFound);
    }

    [Fact]
    public async Task Consumer_that_starts_while_the_server_is_down_answers_from_the_saved_view()
    {
        FollowedSlapd followed = await FollowAsync();
        await Slapd.SetAsync("alice", "tnMailSendAllowed", "FALSE");
        await WaitUntilStoppedAsync(followed, "alice");
        await Slapd.StopAsync();
        await followed.RestartAsync();

        await followed.WaitToHearAsync<SyncViewUsed>(heard => heard.IsSaved);
        Assert.Equal(SendAllowed.False, await SendAllowedAsync(followed, "alice"));
        Assert.True((await AskAsync(followed, "nobody")).IsNotFound);
        await Slapd.StartAsync();
        await Slapd.SetAsync("bob", "tnMailSendAllowed", "FALSE");
        await WaitUntilStoppedAsync(followed, "bob");
    }

    [Fact]
    public async Task Cut_off_consumer_says_so_and_answers_nothing_from_a_view_that_is_too_old()
    {
        FollowedSlapd followed = await FollowAsync();
        Stopwatch silent = Stopwatch.StartNew();
        Link.Freeze();

        await followed.WaitToHearAsync<SyncInterrupted>(limit: SilenceLimit);
        Assert.InRange(silent.Elapsed, TimeSpan.Zero, SilenceLimit);
        Assert.Equal(SyncConnection.Disconnected, followed.Directory.Status.Connection);
        await followed.WaitUntilAsync(status => status.IsStale, "the view is stale", SilenceLimit);
        Assert.InRange(silent.Elapsed, StaleFor - TimeSpan.FromSeconds(11), SilenceLimit);
        Lookup<Account> answer = await AskAsync(followed, "alice");
        Assert.True(answer.IsUnavailable && !answer.IsAmbiguous, $"{answer.Answer}");

        await Link.HealAsync();
        await followed.WaitUntilAsync(status => !status.IsStale && status.Connection == SyncConnection.Connected, "the server is followed again");
        Assert.True((await AskAsync(followed, "alice")).IsFound);
    }
}
