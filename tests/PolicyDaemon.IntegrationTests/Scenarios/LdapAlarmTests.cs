using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Accidents with slapd: mail goes on by what was known last, the log says what to do, and doing it settles the matter.</summary>
public sealed class LdapAlarmTests : LdapScenarioTests
{
    private const string Accept = "policydaemon ldap accept";

    [Fact]
    public async Task Block_outlives_a_restored_backup_until_an_administrator_accepts_it()
    {
        string backup = await Slapd.BackUpAsync();
        Stop("alice");
        await WaitUntilInForceAsync();
        await Slapd.RestoreAsync(backup);

        string alarm = await Daemon.Log.WaitForAsync("ldap_provider_behind source=ldap");
        Assert.Contains(Accept, alarm, StringComparison.Ordinal);
        await AssertRefusedAsync("alice");
        await AssertPermittedAsync("bob");

        await AcceptAsync();
        await AssertPermittedAsync("alice");
        await Daemon.Log.WaitForAsync("ldap_settled source=ldap");
    }

    [Fact]
    public async Task People_of_an_emptied_subtree_stay_until_an_administrator_accepts_that_they_are_gone()
    {
        using (DirectoryWriter writer = Slapd.OpenWriter())
            Array.ForEach([.. Crowded, .. Logins], login => writer.Apply(new DeleteEntry(DnOf(login))));

        string alarm = await Daemon.Log.WaitForAsync("ldap_withheld source=ldap");
        Assert.Contains(Accept, alarm, StringComparison.Ordinal);
        await AssertPermittedAsync("alice", "u200", "u399");
        await AssertRefusedAsync("carol");
        Assert.True((await ReadReportAsync()).Withheld > 0);

        await AcceptAsync();
        await WaitUntilAsync("alice", "5");
        Assert.Equal(0, (await ReadReportAsync()).Withheld);
    }

    [Fact]
    public async Task Size_limit_too_low_for_all_leaves_everything_as_it_was_and_the_alarm_names_the_setting()
    {
        await Link.CutAsync();
        Stop(Crowded);
        await Slapd.RestartAsync(options => options with { SizeLimit = "100" });
        long since = Daemon.Log.Length;
        await Link.HealAsync();

        string alarm = await Daemon.Log.WaitForAsync("sizeLimitExceeded", since);
        Assert.Contains("size=unlimited", alarm, StringComparison.Ordinal);
        await AssertPermittedAsync(Crowded);

        await Slapd.RestartAsync(options => options with { SizeLimit = "unlimited" });
        await WaitUntilAsync(Crowded[^1], "554");
        await AssertRefusedAsync(Crowded);
    }

    [Fact]
    public async Task Access_rule_that_hides_everybody_changes_nothing_for_mail_and_raises_the_alarm()
    {
        await Link.CutAsync();
        Stop("bob");
        await Slapd.RestartAsync(options => options with { Access = SlapdOptions.HideEverything });
        await Link.HealAsync();

        await Daemon.Log.WaitForAsync("ldap_withheld source=ldap");
        await AssertPermittedAsync("alice", "u0", "u399");
        await AssertRefusedAsync("carol");

        await Slapd.RestartAsync(options => options with { Access = SlapdOptions.ShowPeople });
        await WaitUntilAsync("bob", "554");
        await Wait.UntilAsync(async () => (await ReadReportAsync()).Withheld == 0, "nothing is withheld any more");
    }

    private async Task AcceptAsync()
    {
        CommandResult accepted = await Daemon.RunAsync(["ldap", "accept", "--yes"]);
        Assert.True(accepted.ExitCode == 0, $"{accepted.Output}{accepted.Error}");
        await Daemon.Log.WaitForAsync("ldap_accepted source=ldap");
    }
}
