using System.Diagnostics;
using System.Net;
using PolicyDaemon.Bench.Floor;
using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.Bench.Parts;

/// <summary>What mail feels: messages from outside by smtp-source(1) through a real Postfix, which then throws them away, with each way to know recipients and senders.</summary>
internal static class SmtpPart
{
    private const int Sessions = 16;
    private const int Population = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(Bench bench, MailStackRoot root, Comparison comparison)
    {
        Directories directories = new(root, People.Plain(Population));
        var slapd = await directories.StartSlapdAsync(extra: string.Join('\n', Numbered.Select(name => TruenorthDirectory.Person(name))));
        var postgres = await directories.StartPostgresAsync();
        foreach (var name in Numbered)
            await postgres.ExecuteAsync($"INSERT INTO virtual_users (domain_id, email, password) VALUES (1, '{TruenorthDirectory.AddressOf(name)}', 'x')");
        var floor = await FloorServer.StartAsync(root, "policy");
        var daemon = await DaemonUnderTest.StartAsync(root, bench.Program, "sync", directories.Ldap(slapd));
        await daemon.Process.WaitUntilFollowsAsync(slapd);
        List<(Subject Subject, PostfixServer Postfix)> systems =
        [
            await StartAsync(root, "none", new("no policy", Role.Floor, 0, None), "virtual_mailbox_maps = static:x\n"),
            await StartAsync(root, "empty", floor with { Name = "empty policy server" }, Asking(floor)),
            await StartAsync(root, "asking", daemon.On("policy", "daemon"), Asking(daemon.On("policy", "daemon"))),
            await StartAsync(root, "ldap", new("ldap: tables", Role.Peer, 0, None), Tables("ldap:" + LdapTable(root, slapd))),
            await StartAsync(root, "pgsql", new("pgsql: tables", Role.Peer, 0, None), Tables("pgsql:" + SqlTable(root, postgres))),
        ];
        foreach (var recipients in new[] { 1, 10 })
        {
            var messages = (bench.IsQuick ? 500 : 2000) / (recipients == 1 ? 1 : 2);
            await comparison.MeasureAsync(
                new($"{recipients} recipient{(recipients == 1 ? "" : "s")}", "tcp", Sessions) { Unit = "messages" },
                [.. systems.Select(system => system.Subject)],
                index => Send(systems[index].Postfix, messages, recipients));
        }
    }

    private static readonly Dictionary<string, EndPoint> None = [];

    /// <summary>smtp-source puts a number before the name of each of several recipients.</summary>
    private static IEnumerable<string> Numbered => Enumerable.Range(0, 12).Select(number => FormattableString.Invariant($"{number}{People.NameOf(1)}"));

    private static async Task<(Subject Subject, PostfixServer Postfix)> StartAsync(MailStackRoot root, string name, Subject subject, string mainCf) =>
        (subject, await PostfixServer.StartAsync(root, new PostfixOptions { Name = $"mx-{name}", MainCf = [$"{mainCf}default_process_limit = 200\nsmtpd_client_message_rate_limit = 0\n"] }));

    private static Round Send(PostfixServer postfix, int messages, int recipients)
    {
        var begun = Stopwatch.GetTimestamp();
        using var source = Process.Start("/usr/sbin/smtp-source",
        [
            "-s", $"{Sessions}", "-m", $"{messages}", "-r", $"{recipients}", "-l", "2000", "-f", "someone@example.org", "-t", People.LoginOf(1), postfix.EndpointOf("smtp").ToString(),
        ]);
        source.WaitForExit();
        var elapsed = Stopwatch.GetElapsedTime(begun);
        if (source.ExitCode != 0) throw new InvalidOperationException($"smtp-source ended with {source.ExitCode}\n{postfix.Log.Tail()}");
        WaitUntilEmpty(postfix);
        return new Round(messages / elapsed.TotalSeconds, 0, 0, 0);
    }

    /// <summary>What is left of a round is not to burden the next.</summary>
    private static void WaitUntilEmpty(PostfixServer postfix)
    {
        string[] queues = [.. new[] { "incoming", "active", "maildrop" }.Select(queue => Path.Combine(postfix.QueueDirectory, queue))];
        Wait.UntilAsync(
            () => !queues.Any(queue => Directory.EnumerateFiles(queue, "*", SearchOption.AllDirectories).Any()), "the queue is empty", Patience).GetAwaiter().GetResult();
    }

    private static string Asking(Subject server) => $"""
        virtual_mailbox_maps = static:x
        smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service unix:{server.Endpoints["unix"]}

        """;

    /// <summary>The same two questions as the daemon is asked: who owns the sender, and whether the recipient exists.</summary>
    private static string Tables(string table) => $"""
        virtual_mailbox_maps = {table}
        smtpd_sender_login_maps = {table}
        smtpd_sender_restrictions = reject_sender_login_mismatch

        """;

    private static string LdapTable(MailStackRoot root, SlapdServer slapd) => root.WriteFile("people-ldap.cf", $"""
        server_host = {slapd.Url}
        version = 3
        bind = yes
        bind_dn = {TruenorthDirectory.AdministratorDn}
        bind_pw = {TruenorthDirectory.AdministratorPassword}
        search_base = {TruenorthDirectory.People}
        query_filter = (|(mail=%s)(mailAlternateAddress=%s))
        result_attribute = mail

        """);

    private static string SqlTable(MailStackRoot root, PostgresDatabase database) => root.WriteFile("people-pgsql.cf", $"""
        hosts = {database.Server.Endpoint}
        dbname = {database.Name}
        user = {Directories.Role}
        password = {Directories.Password}
        query = SELECT email FROM virtual_users WHERE email = '%s' AND enabled

        """);
}
