using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>What a real provider says: the refresh, every kind of change, and every way to resume or to be refused.</summary>
public sealed class SyncStreamOnSlapdTests : StackTests
{
    private SlapdServer slapd = null!;

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    protected override async ValueTask PrepareAsync() => slapd = await SlapdServer.StartAsync(Root);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task First_refresh_gives_everybody_and_a_cookie_that_covers_them(bool startTls)
    {
        await using var session = await SyncFollower.OpenAsync(Root, slapd, startTls: startTls);
        var messages = await session.ReadRefreshAsync();
        var entries = messages.OfType<SyncEntry>().ToList();
        Assert.Equal(Logins.Order(StringComparer.Ordinal), entries.Select(entry => Assert.Single(entry.Entry.Texts("uid"))).Order(StringComparer.Ordinal));
        Assert.All(entries, entry => Assert.Equal(SyncState.Add, entry.State));

        var end = Assert.IsType<SyncPhaseEnd>(messages[^1]);
        Assert.False(end.IsPresentPhase);
        Assert.All(entries, entry => Assert.True(end.Cookie!.Covers(ChangeOf(entry))));
        Assert.Equal(Logins.Count, entries.Select(entry => entry.Id).Distinct().Count());
    }

    [Fact]
    public async Task Every_kind_of_change_is_told_with_the_same_id()
    {
        await using var session = await SyncFollower.OpenAsync(Root, slapd);
        var bob = (await session.ReadRefreshAsync()).OfType<SyncEntry>().Single(entry => entry.Entry.Dn == DnOf("bob")).Id;

        await slapd.SetAsync("bob", "tnAccountStatus", "locked");
        var modified = await session.ReadAsync<SyncEntry>();
        Assert.Equal((SyncState.Modify, bob, "locked"), (modified.State, modified.Id, Assert.Single(modified.Entry.Texts("tnAccountStatus"))));
        Assert.True(modified.Cookie!.Covers(ChangeOf(modified)));

        await slapd.ModifyAsync($"dn: {DnOf("bob")}\nchangetype: modrdn\nnewrdn: uid=robert\ndeleteoldrdn: 1\n");
        var renamed = await session.ReadAsync<SyncEntry>();
        Assert.Equal((SyncState.Modify, bob, DnOf("robert")), (renamed.State, renamed.Id, renamed.Entry.Dn));
        Assert.True(ChangeOf(renamed) > ChangeOf(modified));

        await slapd.ModifyAsync($"dn: {DnOf("robert")}\nchangetype: modify\ndelete: mail\n");
        var left = await session.ReadAsync<SyncEntry>();
        Assert.Equal((SyncState.Delete, bob), (left.State, left.Id));

        await slapd.ModifyAsync($"dn: {DnOf("robert")}\nchangetype: modify\nadd: mail\nmail: bob@truenorth.local\n");
        var returned = await session.ReadAsync<SyncEntry>();
        Assert.Equal((SyncState.Add, bob), (returned.State, returned.Id));

        await slapd.DeleteAsync(DnOf("robert"));
        var deleted = await session.ReadAsync<SyncEntry>();
        Assert.Equal((SyncState.Delete, bob, DnOf("robert")), (deleted.State, deleted.Id, deleted.Entry.Dn));

        await slapd.AddAsync(Person("bob"));
        var added = await session.ReadAsync<SyncEntry>();
        Assert.Equal((SyncState.Add, DnOf("bob")), (added.State, added.Entry.Dn));
        Assert.NotEqual(bob, added.Id);
    }

    [Fact]
    public async Task Change_of_something_else_gives_a_cookie_alone()
    {
        await using var session = await SyncFollower.OpenAsync(Root, slapd);
        var before = (await session.ReadRefreshAsync())[^1].Cookie!;
        await slapd.ModifyAsync($"dn: {ServiceDn}\nchangetype: modify\nreplace: description\ndescription: x\n");
        var said = await session.ReadAsync<SyncNewCookie>();
        Assert.True(said.Cookie!.Reaches(before));
        Assert.False(before.Reaches(said.Cookie));
    }

    [Fact]
    public async Task Probe_tells_the_change_that_the_cookie_has()
    {
        await using var session = await SyncFollower.OpenAsync(Root, slapd);
        await session.ReadRefreshAsync();
        await slapd.SetAsync("bob", "tnAccountStatus", "locked");
        var cookie = (await session.ReadAsync<SyncEntry>()).Cookie!;
        var suffix = await session.Stream.ProbeAsync(Suffix, TestToken);
        Assert.Equal(cookie.Newest, suffix.Changes?.Newest);
        var people = await session.Stream.ProbeAsync(People, TestToken);
        Assert.Null(people.Changes);
        Assert.NotNull(people.Id);
        Assert.NotEqual(suffix.Id, people.Id);
        Assert.Equal(SyncProbe.Nothing, await session.Stream.ProbeAsync("ou=nowhere", TestToken));
    }

    [Fact]
    public async Task Cookie_resumes_with_what_has_changed_also_deletions()
    {
        var cookie = await FollowAsync();
        Assert.IsType<SyncPhaseEnd>(Assert.Single(await RefreshAsync(cookie)));

        await slapd.SetAsync("bob", "tnAccountStatus", "locked");
        await slapd.DeleteAsync(DnOf("grace"));
        var messages = await RefreshAsync(cookie);
        Assert.Contains(messages, said => said is SyncEntry { Entry.Dn: var dn } && dn == DnOf("bob"));
        Assert.Contains(messages, said => said is SyncIdSet { AreDeleted: true, Ids.Count: 1 } or SyncEntry { State: SyncState.Delete });
        var end = Assert.IsType<SyncPhaseEnd>(messages[^1]);
        Assert.False(end.IsPresentPhase);
        Assert.False(cookie.Reaches(end.Cookie!));
    }

    [Fact]
    public async Task Joined_cookie_resumes_as_the_own_one_does()
    {
        var cookie = await FollowAsync();
        var joined = cookie.Join(SyncCookie.Read("rid=002,csn=20261121101500.123456Z#000000#005#000000"));
        Assert.NotEqual(cookie.Text, joined.Text);
        await slapd.SetAsync("bob", "tnAccountStatus", "locked");
        var messages = await RefreshAsync(joined);
        Assert.Equal(DnOf("bob"), Assert.Single(messages.OfType<SyncEntry>()).Entry.Dn);
        Assert.False(Assert.IsType<SyncPhaseEnd>(messages[^1]).IsPresentPhase);
    }

    [Fact]
    public async Task Cookie_older_than_the_session_log_gives_the_list_of_who_is_there()
    {
        var cookie = await FollowAsync();
        await slapd.DeleteAsync(DnOf("grace"));
        await slapd.RestartAsync();
        await slapd.SetAsync("bob", "tnAccountStatus", "locked");
        var messages = await RefreshAsync(cookie);
        Assert.True(Assert.IsType<SyncPhaseEnd>(messages[^1]).IsPresentPhase);
        var named = messages.OfType<SyncIdSet>().Where(set => !set.AreDeleted).SelectMany(set => set.Ids);
        var sent = Assert.Single(messages.OfType<SyncEntry>());
        Assert.Equal(DnOf("bob"), sent.Entry.Dn);
        Assert.Equal(Logins.Count - 1, named.Append(sent.Id).Distinct().Count());
    }

    private static ChangeNumber ChangeOf(SyncEntry entry) =>
        ChangeNumber.TryParse(Assert.Single(entry.Entry.Texts("entryCSN")), out var change) ? change : throw new FormatException();

    private async Task<SyncCookie> FollowAsync() => (await RefreshAsync(null))[^1].Cookie!;

    private async Task<List<SyncMessage>> RefreshAsync(SyncCookie? cookie)
    {
        await using var session = await SyncFollower.OpenAsync(Root, slapd, cookie);
        return await session.ReadRefreshAsync();
    }
}
