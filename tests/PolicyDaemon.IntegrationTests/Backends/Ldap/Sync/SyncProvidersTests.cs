using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>A server that knows less than the view takes nothing back: restored from a backup, or a second one that lags.</summary>
public sealed class SyncProvidersTests : SyncTests
{
    [Fact]
    public async Task Server_restored_from_an_old_backup_takes_no_block_back_until_an_administrator_accepts()
    {
        FollowedSlapd followed = await FollowAsync();
        string backup = await Slapd.BackUpAsync();
        await Slapd.AddAsync(Person("heidi"));
        await Slapd.SetAsync("alice", "tnMailSendAllowed", "FALSE");
        await WaitUntilStoppedAsync(followed, "alice");

        await Slapd.RestoreAsync(backup);
        SyncProviderBehind heard = await followed.WaitToHearAsync<SyncProviderBehind>();
        Assert.Contains("ldap accept", heard.Advice, StringComparison.Ordinal);
        Assert.Equal(SendAllowed.False, await SendAllowedAsync(followed, "alice"));
        Assert.True((await AskAsync(followed, "heidi")).IsFound);

        await Slapd.SetAsync("bob", "tnMailSendAllowed", "FALSE");
        await WaitUntilStoppedAsync(followed, "bob");
        Assert.Equal(SendAllowed.False, await SendAllowedAsync(followed, "alice"));

        Assert.True(await followed.Directory.AcceptAsync(TestContext.Current.CancellationToken));
        Assert.Equal(SendAllowed.Absent, await SendAllowedAsync(followed, "alice"));
        Assert.True((await AskAsync(followed, "heidi")).IsNotFound);
        Assert.Equal(SendAllowed.False, await SendAllowedAsync(followed, "bob"));
    }

    [Fact]
    public async Task Second_server_restored_from_an_older_backup_takes_no_block_back_when_the_first_is_gone()
    {
        SlapdServer second = await StartSecondAsync(await Slapd.BackUpAsync());
        FollowedSlapd followed = await FollowAsync(OptionsFor(Slapd.Url, second.Url));
        await Slapd.AddAsync(Person("heidi"));
        await Slapd.SetAsync("alice", "tnMailSendAllowed", "FALSE");
        await WaitUntilStoppedAsync(followed, "alice");

        await Slapd.KillAsync();
        await followed.WaitToHearAsync<SyncProviderBehind>(heard => heard.Provider == second.Url);
        Assert.Equal(SendAllowed.False, await SendAllowedAsync(followed, "alice"));
        Assert.True((await AskAsync(followed, "heidi")).IsFound);

        await second.SetAsync("bob", "tnMailSendAllowed", "FALSE");
        await WaitUntilStoppedAsync(followed, "bob");
        Assert.Equal(SendAllowed.False, await SendAllowedAsync(followed, "alice"));
    }

    [Fact]
    public async Task Replica_that_lags_takes_nothing_back_and_its_news_count_once_it_has_caught_up()
    {
        await using NetworkLink replication = NetworkLink.Start(Root, Slapd.Endpoint);
        SlapdServer replica = await StartSecondAsync(await Slapd.BackUpAsync(), $"ldap://{replication.Endpoint}");
        string[] facts = ["entryUUID", "entryCSN"];
        string people = await Slapd.SearchAsync("(mail=*)", facts);
        await Wait.UntilAsync(async () => await replica.SearchAsync("(mail=*)", facts) == people, "the replica has everything");
        await replication.CutAsync();
        FollowedSlapd followed = await FollowAsync(OptionsFor($"ldap://{Link.Endpoint}", replica.Url));
        await Slapd.AddAsync(Person("heidi"));
        await Slapd.DeleteAsync(DnOf("grace"));
        await Slapd.SetAsync("alice", "tnMailSendAllowed", "FALSE");
        await WaitUntilStoppedAsync(followed, "alice");

        await Link.CutAsync();
        await followed.WaitUntilAsync(status => status.Provider == replica.Url && status.Connection is SyncConnection.Connected or SyncConnection.Lagging, "the replica is followed");
        Assert.Equal(SendAllowed.False, await SendAllowedAsync(followed, "alice"));
        Assert.True((await AskAsync(followed, "heidi")).IsFound);
        Assert.True((await AskAsync(followed, "grace")).IsNotFound);

        await Slapd.DeleteAsync(DnOf("heidi"));
        await Slapd.SetAsync("bob", "tnMailSendAllowed", "FALSE");
        await replication.HealAsync();
        await WaitUntilStoppedAsync(followed, "bob");
        Assert.Equal(SendAllowed.False, await SendAllowedAsync(followed, "alice"));
        await Wait.UntilAsync(async () => (await AskAsync(followed, "heidi")).IsNotFound, "heidi is gone", Soon, () => $"{followed.Directory.Status}");
        Assert.True((await AskAsync(followed, "grace")).IsNotFound);
    }

    private Task<SlapdServer> StartSecondAsync(string seed, string? provider = null) =>
        SlapdServer.StartAsync(Root, new() { Name = "ldap2", Seed = seed, ReplicaOf = provider });
}
