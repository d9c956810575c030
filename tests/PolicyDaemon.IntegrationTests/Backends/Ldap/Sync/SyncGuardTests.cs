using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>A mistake on the server that takes people away, or hides them, does not take them from the view.</summary>
public sealed class SyncGuardTests : SyncTests
{
    private static readonly string[] Crowded = [.. Enumerable.Range(0, 100).Select(i => $"u{i}")];

    protected override SlapdOptions Server => new() { Seed = $"{Ldif}\n{Crowd(Crowded.Length)}" };

    [Fact]
    public async Task Emptied_subtree_is_withheld_while_followed_until_an_administrator_accepts()
    {
        FollowedSlapd followed = await FollowAsync();
        Empty();
        SyncWithheld heard = await followed.WaitToHearAsync<SyncWithheld>();
        Assert.Contains("ldap accept", heard.Advice, StringComparison.Ordinal);
        Assert.True((await AskAsync(followed, "alice")).IsFound);
        await followed.WaitUntilAsync(status => status.Withheld > 0, "the status tells what is withheld");

        Assert.True(await followed.Directory.AcceptAsync(TestContext.Current.CancellationToken), $"{followed.Directory.Status}");
        Assert.True((await AskAsync(followed, "alice")).IsNotFound);
        Assert.Equal(0, followed.Directory.Status.Withheld);
    }

    [Fact]
    public async Task Subtree_emptied_while_the_server_was_away_is_withheld_until_the_content_comes_back()
    {
        FollowedSlapd followed = await FollowAsync();
        string backup = await Slapd.BackUpAsync();
        await Link.CutAsync();
        Empty();
        await Slapd.RestartAsync();
        await Link.HealAsync();
        await followed.WaitToHearAsync<SyncWithheld>();
        Assert.True((await AskAsync(followed, "alice")).IsFound);

        await Slapd.RestoreAsync(backup);
        await followed.WaitToHearAsync<SyncSettled>();
        await followed.WaitUntilAsync(status => status.Withheld == 0, "nothing is withheld any more");
        Assert.True((await AskAsync(followed, "alice")).IsFound);
    }

    [Fact]
    public async Task Size_limit_that_cuts_the_content_changes_nothing_and_the_advice_names_it()
    {
        FollowedSlapd followed = await FollowAsync();
        await Link.CutAsync();
        using (DirectoryWriter writer = Slapd.OpenWriter())
            Array.ForEach([.. Crowded], login => writer.Apply(new ReplaceValues(DnOf(login), "tnMailSendAllowed", "FALSE")));
        await Slapd.RestartAsync(options => options with { SizeLimit = "20" });
        await Link.HealAsync();

        SyncInterrupted heard = await followed.WaitToHearAsync<SyncInterrupted>(heard => heard.Cause.Contains("sizeLimitExceeded", StringComparison.Ordinal));
        Assert.Contains("size=unlimited", heard.Advice, StringComparison.Ordinal);
        foreach (string login in Crowded)
            Assert.Equal(SendAllowed.Absent, await SendAllowedAsync(followed, login));

        await Slapd.RestartAsync(options => options with { SizeLimit = "unlimited" });
        await WaitUntilStoppedAsync(followed, "u0");
        Assert.Equal(SendAllowed.False, await SendAllowedAsync(followed, "u99"));
    }

    [Fact]
    public async Task Access_rule_that_hides_everybody_hides_nobody_from_the_view()
    {
        FollowedSlapd followed = await FollowAsync();
        await Link.CutAsync();
        await Slapd.SetAsync("bob", "tnMailSendAllowed", "FALSE");
        await Slapd.RestartAsync(options => options with { Access = SlapdOptions.HideEverything });
        await Link.HealAsync();

        await followed.WaitToHearAsync<SyncWithheld>();
        Assert.True((await AskAsync(followed, "alice")).IsFound);
        Assert.True((await AskAsync(followed, "u99")).IsFound);

        // What happened while everybody was hidden is not lost either.
        await Slapd.RestartAsync(options => options with { Access = SlapdOptions.ShowPeople });
        await WaitUntilStoppedAsync(followed, "bob");
        await followed.WaitUntilAsync(status => status.Withheld == 0, "nothing is withheld any more");
    }

    /// <summary>The first of them go: until there are too many, each is one who has left.</summary>
    private void Empty()
    {
        using DirectoryWriter writer = Slapd.OpenWriter();
        Array.ForEach([.. Crowded, .. Logins], login => writer.Apply(new DeleteEntry(DnOf(login))));
    }
}
