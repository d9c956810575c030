using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Stack;

/// <summary>The private slapd where tests need much of it: many changes, backups, replicas, limits, access rules, statistics.</summary>
public sealed class SlapdContentTests : StackTests
{
    [Fact]
    public async Task Writer_adds_changes_renames_and_deletes_and_says_what_slapd_refuses()
    {
        SlapdServer slapd = await SlapdServer.StartAsync(Root);
        using DirectoryWriter writer = slapd.OpenWriter();
        Dictionary<string, IReadOnlyList<string>> person = new()
        {
            ["objectClass"] = ["inetOrgPerson", "tnMailAccount"], ["cn"] = ["heidi"], ["sn"] = ["heidi"], ["mail"] = [AddressOf("heidi")],
        };

        writer.Apply(new AddEntry(DnOf("heidi"), person));
        writer.Apply(new ReplaceValues(DnOf("heidi"), "mailAlternateAddress", "h@truenorth.local", "hei@truenorth.local"));
        writer.Apply(new RenameEntry(DnOf("heidi"), "uid=heidrun", $"ou=services,{Suffix}"));
        string renamed = await slapd.SearchAsync("(mail=heidi@truenorth.local)");
        writer.Apply(new DeleteEntry($"uid=heidrun,ou=services,{Suffix}"));
        writer.Apply(new ReplaceValues(DnOf("alice"), "mailAlternateAddress"));

        Assert.StartsWith($"dn: uid=heidrun,ou=services,{Suffix}\n", renamed, StringComparison.Ordinal);
        Assert.Contains("mailAlternateAddress: hei@truenorth.local", renamed, StringComparison.Ordinal);
        Assert.Equal("", await slapd.SearchAsync("(uid=heidrun)"));
        Assert.DoesNotContain("mailAlternateAddress", await slapd.SearchAsync("(uid=alice)"), StringComparison.Ordinal);
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => writer.Apply(new DeleteEntry(DnOf("nobody"))));
        Assert.Contains("result 32", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restored_backup_has_the_same_entries_with_the_same_identity_and_nothing_that_came_after_it()
    {
        SlapdServer slapd = await SlapdServer.StartAsync(Root, new() { Seed = $"{Ldif}\n{Crowd(1000)}" });
        string backup = await slapd.BackUpAsync();
        string identity = await slapd.SearchAsync("(uid=u999)", "entryUUID", "entryCSN");
        await slapd.SetAsync("alice", "tnMailSendAllowed", "FALSE");
        await slapd.SetAsync("u999", "tnMailSendAllowed", "FALSE");

        await slapd.RestoreAsync(backup);

        Assert.DoesNotContain("FALSE", await slapd.SearchAsync("(|(uid=alice)(uid=u999))", "tnMailSendAllowed"), StringComparison.Ordinal);
        Assert.Equal(identity, await slapd.SearchAsync("(uid=u999)", "entryUUID", "entryCSN"));
    }

    [Fact]
    public async Task Change_made_while_the_server_was_stopped_is_there_and_newer()
    {
        SlapdServer slapd = await SlapdServer.StartAsync(Root);
        string before = await slapd.SearchAsync("(uid=alice)", "entryCSN");
        await slapd.StopAsync();

        await slapd.ModifyOfflineAsync(new ReplaceValues(DnOf("alice"), "tnMailSendAllowed", "FALSE"));
        await slapd.StartAsync();

        Assert.Contains("FALSE", await slapd.SearchAsync("(uid=alice)", "tnMailSendAllowed"), StringComparison.Ordinal);
        Assert.True(string.CompareOrdinal(before, await slapd.SearchAsync("(uid=alice)", "entryCSN")) < 0);
    }

    [Fact]
    public async Task Replica_has_what_its_provider_has_with_the_same_numbers()
    {
        SlapdServer slapd = await SlapdServer.StartAsync(Root);
        SlapdServer replica = await SlapdServer.StartAsync(
            Root, new() { Name = "ldap2", Seed = await slapd.BackUpAsync(), ReplicaOf = slapd.Url });
        await slapd.SetAsync("alice", "tnMailSendAllowed", "FALSE");

        string[] facts = ["tnMailSendAllowed", "entryUUID", "entryCSN"];
        string changed = await slapd.SearchAsync("(uid=alice)", facts);
        await Wait.UntilAsync(async () => await replica.SearchAsync("(uid=alice)", facts) == changed, "the replica has the change");
    }

    [Fact]
    public async Task Restart_puts_other_limits_and_access_rules_in_force()
    {
        SlapdServer slapd = await SlapdServer.StartAsync(Root);
        await slapd.RestartAsync(options => options with { SizeLimit = "3" });
        CommandResult cut = await SearchAsServiceAsync(slapd);
        await slapd.RestartAsync(options => options with { SizeLimit = "unlimited", Access = SlapdOptions.HideEverything });
        CommandResult hidden = await SearchAsServiceAsync(slapd);

        Assert.Equal(4, cut.ExitCode);
        Assert.Equal(0, hidden.ExitCode);
        Assert.DoesNotContain("uid:", hidden.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statistics_tell_lookups_probes_and_synchronizations_apart()
    {
        SlapdServer slapd = await SlapdServer.StartAsync(Root);
        await SearchAsServiceAsync(slapd);
        await SearchAsServiceAsync(slapd, "-s", "base", "contextCSN");
        await SearchAsServiceAsync(slapd, "-E", "sync=ro", "(mail=*)", "uid", "entryCSN");

        Assert.Equal(new SlapdSearches(1, 1, 1), SlapdSearches.In(slapd.Log.ReadFrom()));
    }

    private static Task<CommandResult> SearchAsServiceAsync(SlapdServer slapd, params string[] arguments) =>
        Command.RunAsync("ldapsearch", ["-x", "-LLL", "-H", slapd.Url, "-D", ServiceDn, "-w", ServicePassword, "-b", People, .. arguments]);
}
