using System.Diagnostics;
using PolicyDaemon.Bench.Conversations;
using PolicyDaemon.Bench.Floor;
using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;

namespace PolicyDaemon.Bench.Parts;

/// <summary>Policy requests: what the transport costs, what deciding costs on top of it, and what others take for it.</summary>
internal static class PolicyPart
{
    private const int Few = 100;
    private const int Population = 10_000;

    /// <summary>Far below what a core can answer, and about what a core and its load generator can.</summary>
    private static readonly int[] Offered = [5_000, 20_000];

    public static async Task RunAsync(Bench bench, MailStackRoot root, Comparison comparison)
    {
        var floor = await FloorServer.StartAsync(root, "policy");
        var handler = await FloorServer.StartHandlerAsync(root, HandlerServers.Floor, "Kestrel handler");
        var session = await FloorServer.StartHandlerAsync(root, HandlerServers.Session, "session, no decision");
        var daemon = await StartAsync(bench, root);
        foreach (var transport in new[] { "unix", "tcp" })
        {
            foreach (var connections in bench.Connections) await RunAsync(new("warm", transport, connections), [floor, handler, session, daemon], Few);
        }

        foreach (var offered in Offered) await RunAsync(new("warm", "unix", Bench.Many, offered), [floor, handler, daemon], Few);
        await RunPeersAsync(bench, root, comparison, floor, daemon);
        if (bench.IsQuick) return;
        await RunDirectoriesAsync(bench, root, comparison, floor);

        Task RunAsync(Case @case, IReadOnlyList<Subject> subjects, int people) => comparison.RunAsync(@case, subjects, (_, _) => new PolicyConversation(people));
    }

    /// <summary>On a directory that it follows, with everybody in memory.</summary>
    private static async Task<Subject> StartAsync(Bench bench, MailStackRoot root)
    {
        Directories few = new(root, People.Plain(Few));
        var slapd = await few.StartSlapdAsync("ldap-few");
        var daemon = await DaemonUnderTest.StartAsync(root, bench.Program, "few", few.Ldap(slapd));
        await daemon.Process.WaitUntilFollowsAsync(slapd);
        return daemon.On("policy", "daemon");
    }

    private static async Task RunPeersAsync(Bench bench, MailStackRoot root, Comparison comparison, Subject floor, Subject daemon)
    {
        using PolicyPeers all = new();
        var peers = await all.StartAsync(root);
        foreach (var connections in bench.IsQuick ? [Bench.Usual] : new[] { 1, Bench.Usual, Bench.Many })
        {
            await comparison.RunAsync(
                new("peers", "tcp", connections), [floor, daemon, .. peers.Where(peer => connections <= PolicyPeers.MostOfPostfwd || peer.Name != "postfwd")],
                (subject, _) => new PolicyConversation(Few, isFree: subject.Role == Role.Peer));
        }
    }

    /// <summary>The same people from everywhere: in memory, kept in memory when asked for, and asked for each time.</summary>
    private static async Task RunDirectoriesAsync(Bench bench, MailStackRoot root, Comparison comparison, Subject floor)
    {
        Directories many = new(root, People.Plain(Population));
        var slapd = await many.StartSlapdAsync();
        var postgres = await many.StartPostgresAsync();
        var sync = await DaemonUnderTest.StartAsync(root, bench.Program, "sync", many.Ldap(slapd));
        await sync.Process.WaitUntilFollowsAsync(slapd);
        Subject[] subjects =
        [
            floor,
            sync.On("policy", "LDAP, followed"),
            (await DaemonUnderTest.StartAsync(root, bench.Program, "sqlite", await many.SqliteAsync("sqlite"))).On("policy", "SQLite"),
            (await DaemonUnderTest.StartAsync(root, bench.Program, "kept", many.Postgres(postgres))).On("policy", "PostgreSQL, kept"),
            (await DaemonUnderTest.StartAsync(root, bench.Program, "asked", many.Postgres(postgres, keeps: false))).On("policy", "PostgreSQL, asked"),
            (await DaemonUnderTest.StartAsync(root, bench.Program, "lookup", many.Ldap(slapd, LdapSection.Lookup))).On("policy", "LDAP, asked"),
        ];
        foreach (var subject in subjects.Where(subject => subject.Name.EndsWith("kept", StringComparison.Ordinal))) AskAboutEverybody(subject);
        foreach (var connections in new[] { 1, Bench.Usual, Bench.Many })
            await comparison.RunAsync(new("10,000 accounts", "unix", connections), subjects, (_, _) => new PolicyConversation(Population));
    }
    /// <summary>What is kept is warm when everybody was asked about, and not before.</summary>
    private static void AskAboutEverybody(Subject subject)
    {
        using Load load = new(subject.Endpoints["unix"], Bench.Usual, _ => new PolicyConversation(Population));
        for (var asked = 0.0; asked < Population;)
        {
            var begun = Stopwatch.GetTimestamp();
            asked += load.Run(TimeSpan.FromSeconds(0.5)).PerSecond * Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }
    }
}
