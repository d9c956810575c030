using System.Diagnostics;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>What is changed on the server is so in the view, and no question costs the server anything.</summary>
public sealed class SyncChangesTests : SyncTests
{
    private const int Questions = 5000;

    [Fact]
    public async Task Added_changed_renamed_moved_and_deleted_entries_are_so_in_the_view()
    {
        FollowedSlapd followed = await FollowAsync();
        using DirectoryWriter writer = Slapd.OpenWriter();

        await Slapd.AddAsync(Person("heidi"));
        await UntilAsync(followed, "heidi", answer => answer.IsFound);
        writer.Apply(new ReplaceValues(DnOf("heidi"), "mail", "h@truenorth.local"));
        await UntilAsync(followed, "heidi", answer => answer.Value?.Addresses[0].Text == "h@truenorth.local");
        writer.Apply(new RenameEntry(DnOf("heidi"), "uid=heidrun"));
        await UntilAsync(followed, "heidrun", answer => answer.IsFound);
        Assert.True((await AskAsync(followed, "heidi")).IsNotFound);
        writer.Apply(new RenameEntry(DnOf("heidrun"), "uid=heidrun", $"ou=services,{Suffix}"));
        await UntilAsync(followed, "heidrun", answer => answer.IsNotFound);
        writer.Apply(new RenameEntry($"uid=heidrun,ou=services,{Suffix}", "uid=heidrun", People));
        await UntilAsync(followed, "heidrun", answer => answer.IsFound);
        writer.Apply(new DeleteEntry(DnOf("heidrun")));
        await UntilAsync(followed, "heidrun", answer => answer.IsNotFound);
    }

    [Fact]
    public async Task Entry_that_leaves_the_filter_is_gone_and_one_that_enters_it_is_there()
    {
        FollowedSlapd followed = await FollowAsync();
        await Slapd.SetAsync("bob", "mail");
        await UntilAsync(followed, "bob", answer => answer.IsNotFound);
        await Slapd.SetAsync("bob", "mail", AddressOf("bob"));
        await UntilAsync(followed, "bob", answer => answer.IsFound);
    }

    [Fact]
    public async Task Thousand_questions_cost_the_server_no_search()
    {
        FollowedSlapd followed = await FollowAsync();
        await Slapd.SetAsync("alice", "tnMailSendAllowed", "FALSE");
        await WaitUntilStoppedAsync(followed, "alice");
        for (int i = 0; i < Questions; i++)
            Assert.Equal(i % 2 == 0, (await AskAsync(followed, i % 2 == 0 ? "alice" : "nobody")).IsFound);

        SlapdSearches searches = SlapdSearches.In(Slapd.Log.ReadFrom());
        TestContext.Current.TestOutputHelper!.WriteLine($"{Questions} questions: {searches}");
        Assert.Equal(0, searches.Lookups);
        Assert.Equal(1, searches.Synchronizations);
    }

    [Fact]
    public async Task Server_without_the_overlay_is_asked_for_each_question_and_the_administrator_hears_it()
    {
        await Slapd.RestartAsync(options => options with { HasSyncProvider = false });
        await using FollowedSlapd followed = FollowedSlapd.Start(Options, Sync);
        SyncInterrupted heard = await followed.WaitToHearAsync<SyncInterrupted>();
        Assert.Contains("syncprov", heard.Advice, StringComparison.Ordinal);
        await followed.WaitToHearAsync<SyncFellBack>();

        Assert.Equal(SyncConnection.Unsupported, followed.Directory.Status.Connection);
        Assert.True((await AskAsync(followed, "alice")).IsFound);
        await Slapd.SetAsync("alice", "tnMailSendAllowed", "FALSE");
        Assert.Equal(SendAllowed.False, await SendAllowedAsync(followed, "alice"));
    }

    private static async Task UntilAsync(FollowedSlapd followed, string login, Func<Lookup<Account>, bool> condition)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition(await AskAsync(followed, login)))
        {
            Assert.True(waited.Elapsed < Soon, $"{login}: {(await AskAsync(followed, login)).Answer}, {followed.Directory.Status}");
            await Task.Yield();
        }
    }
}
