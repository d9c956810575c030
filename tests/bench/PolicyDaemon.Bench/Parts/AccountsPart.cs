using PolicyDaemon.Bench.Conversations;
using PolicyDaemon.Bench.Floor;
using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.MailStack;

namespace PolicyDaemon.Bench.Parts;

/// <summary>Whether it matters how many people there are: speed and memory at 100 connections with 100, 10,000 and 1,000,000 accounts of a directory that is followed.</summary>
internal static class AccountsPart
{
    private static readonly TimeSpan RefreshLimit = TimeSpan.FromMinutes(20);

    public static async Task RunAsync(Bench bench, MailStackRoot root, Comparison comparison)
    {
        var floor = await FloorServer.StartAsync(root, "policy");
        Dictionary<Subject, int> populations = new() { [floor] = 1 };
        foreach (var count in bench.IsQuick ? [100, 10_000] : new[] { 100, 10_000, 1_000_000 })
            populations[await StartAsync(bench, root, count)] = count;
        await comparison.RunAsync(
            new("LDAP, followed", "unix", Bench.Many), [.. populations.Keys], (subject, _) => new PolicyConversation(populations[subject]));
    }

    private static async Task<Subject> StartAsync(Bench bench, MailStackRoot root, int count)
    {
        var name = FormattableString.Invariant($"of{count}");
        Directories directories = new(root, People.Plain(count));
        var slapd = await directories.StartSlapdAsync($"ldap-{name}");
        var daemon = await DaemonUnderTest.StartAsync(root, bench.Program, name, directories.Ldap(slapd));
        await daemon.Process.WaitUntilFollowsAsync(slapd, RefreshLimit);
        return daemon.On("policy", FormattableString.Invariant($"{count:N0} accounts"));
    }
}
