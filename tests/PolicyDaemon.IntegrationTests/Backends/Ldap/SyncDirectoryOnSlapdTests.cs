using System.Collections.Concurrent;
using System.Diagnostics;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap;

/// <summary>A replication of a real slapd: its content, its changes as they happen, its restarts.</summary>
public sealed class SyncDirectoryOnSlapdTests : StackTests
{
    private static readonly AddressNormalizer Normalizer = new("+");

    private readonly ConcurrentQueue<SyncEvent> events = new();
    private SlapdServer slapd = null!;

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    protected override async ValueTask PrepareAsync() => slapd = await SlapdServer.StartAsync(Root);

    [Fact]
    public async Task Changes_are_in_force_without_a_question_to_the_server()
    {
        await using var lookup = Lookup();
        await using var directory = await FollowAsync(lookup);
        Assert.Equal(TruenorthDirectory.Logins.Count, directory.Status.Entries);
        Assert.Equal(SendAllowed.False, (await directory.FindAccountAsync("carol", TestToken)).Value!.States[0].SendAllowed);

        await slapd.SetAsync("bob", "tnMailSendAllowed", "FALSE");
        await SoonAsync(directory, "bob", answer => answer.Value?.States[0].SendAllowed == SendAllowed.False);
        await slapd.AddAsync(TruenorthDirectory.Person("zoe"));
        await SoonAsync(directory, "zoe", answer => answer.IsFound);
        await slapd.ModifyAsync($"dn: {TruenorthDirectory.DnOf("zoe")}\nchangetype: modrdn\nnewrdn: uid=zora\ndeleteoldrdn: 1\n");
        await SoonAsync(directory, "zora", answer => answer.IsFound);
        Assert.True((await directory.FindAccountAsync("zoe", TestToken)).IsNotFound);
        await slapd.SetAsync("zora", "mail");
        await SoonAsync(directory, "zora", answer => answer.IsNotFound);
        await slapd.DeleteAsync(TruenorthDirectory.DnOf("grace"));
        await SoonAsync(directory, "grace", answer => answer.IsNotFound);
        Assert.Equal(TruenorthDirectory.Logins.Count - 1, directory.Status.Entries);
        Assert.Equal(SyncConnection.Connected, directory.Status.Connection);
    }

    [Fact]
    public async Task Restart_is_survived_and_what_changed_meanwhile_is_in_force_within_a_second()
    {
        await using var link = NetworkLink.Start(Root, slapd.Endpoint);
        await using var lookup = Lookup();
        await using var directory = await FollowAsync(lookup, SlapdAccess.Url($"ldap://{link.Endpoint}"));
        for (var i = 0; i < 3; i++)
        {
            await link.CutAsync();
            await slapd.KillAsync();
            Assert.True((await directory.FindAccountAsync("alice", TestToken)).IsFound);
            await slapd.StartAsync();
            await slapd.SetAsync("bob", "tnAccountStatus", $"state{i}");
            await Task.Delay(TimeSpan.FromSeconds(i), TestToken);
            await link.HealAsync();
            var healed = Stopwatch.GetTimestamp();
            await SoonAsync(directory, "bob", answer => answer.Value?.States[0].Status == $"state{i}");
            Assert.InRange(Stopwatch.GetElapsedTime(healed), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        }

        Assert.Equal(TruenorthDirectory.Logins.Count, directory.Status.Entries);
        Assert.DoesNotContain(events, said => said is SyncProviderBehind or SyncWithheld);
    }

    [Fact]
    public async Task Start_without_a_server_goes_on_with_the_saved_view()
    {
        var path = Root.PathOf("people.view");
        await using var lookup = Lookup();
        await (await FollowAsync(lookup, savedView: path)).DisposeAsync();
        await slapd.KillAsync();

        await using var directory = Directory(lookup, savedView: path);
        directory.Start();
        Assert.True((await directory.FindAccountAsync("alice", TestToken)).IsFound);
        Assert.Contains(new SyncViewUsed(TruenorthDirectory.Logins.Count, events.OfType<SyncViewUsed>().Last().Age, IsSaved: true), events);
        await slapd.StartAsync();
        await slapd.SetAsync("bob", "tnMailSendAllowed", "FALSE");
        await SoonAsync(directory, "bob", answer => answer.Value?.States[0].SendAllowed == SendAllowed.False);
    }

    [Fact]
    public async Task Server_without_the_overlay_is_asked_for_each_question()
    {
        await slapd.RestartAsync(options => options with { HasSyncProvider = false });
        await using var lookup = Lookup();
        await using var directory = Directory(lookup);
        directory.Start();
        await Wait.UntilAsync(() => directory.Status.Connection == SyncConnection.Unsupported, "it is noticed");
        Assert.True((await directory.FindAccountAsync("alice", TestToken)).IsFound);
        Assert.False(directory.Status.IsViewUsed);
    }

    private LdapDirectory Lookup() => new(SlapdAccess.Options(Root, slapd), Normalizer, TimeProvider.System);

    private SyncDirectory Directory(LdapDirectory lookup, LdapUrl? url = null, string? savedView = null)
    {
        var options = SlapdAccess.Options(Root, slapd);
        return new(
            url is null ? options : options with { Urls = [url] }, new SyncOptions { SavedView = savedView }, lookup, Normalizer, TimeProvider.System, events.Enqueue);
    }

    private async Task<SyncDirectory> FollowAsync(LdapDirectory lookup, LdapUrl? url = null, string? savedView = null)
    {
        var directory = Directory(lookup, url, savedView);
        directory.Start();
        await Wait.UntilAsync(() => directory.Status.IsViewUsed, "the first refresh is over", details: () => Describe(directory));
        return directory;
    }

    private Task SoonAsync(SyncDirectory directory, string login, Func<Lookup<Account>, bool> isSo) => Wait.UntilAsync(
        async () => isSo(await directory.FindAccountAsync(login, TestToken)), $"{login} is as changed", details: () => Describe(directory));

    private string Describe(SyncDirectory directory) => $"{directory.Status}\n{string.Join('\n', events)}";
}
