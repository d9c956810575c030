using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.Bench;

/// <summary>How fast a change in LDAP is in force: the daemon following a slapd with 10,000 people, under load.</summary>
internal static class ToggleBench
{
    private const int People = 10_000;

    /// <returns>Exit code: 1 when a request was answered as it must not be.</returns>
    public static async Task<int> RunAsync(string program, int toggles, int perSecond)
    {
        await using var root = await MailStackRoot.CreateAsync();
        await using var system = await PolicedDirectory.StartAsync(
            root,
            new SlapdOptions { Seed = $"{TruenorthDirectory.Ldif}\n{TruenorthDirectory.Crowd(People)}", LogLevel = "stats" },
            configuration => configuration["log"] = new System.Text.Json.Nodes.JsonObject { ["level"] = "warning" },
            new DaemonOptions { Program = program });
        using var writer = system.Slapd.OpenWriter();
        var logins = Enumerable.Range(0, 2 * toggles).Select(i => FormattableString.Invariant($"u{i}")).ToArray();
        ToggleRun run = new(
            system.Endpoint, perSecond, logins, login => writer.Apply(new ReplaceValues(TruenorthDirectory.DnOf(login), "tnMailSendAllowed", "FALSE")));

        // At its start the daemon asks the server for each question, until it has read everybody.
        await system.Daemon.WaitUntilFollowsAsync(system.Slapd);
        var started = system.Slapd.Log.Length;
        var report = await run.RunAsync(CancellationToken.None);
        Console.WriteLine($"toggle to refusal, {People} people in slapd, {perSecond} requests/s");
        Console.WriteLine(report);
        Console.WriteLine($"slapd was asked for one person {SlapdSearches.In(system.Slapd.Log.ReadFrom(started)).Lookups} times");
        return report.Faults.Count == 0 ? 0 : 1;
    }
}
