using PolicyDaemon.Bench.Conversations;
using PolicyDaemon.Bench.Floor;
using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.MailStack;

namespace PolicyDaemon.Bench.Parts;

/// <summary>
/// Logins by PLAIN with the right password, beside Dovecot's own auth process with the same people: what the protocol costs ({PLAIN}), credentials that are remembered,
/// what is bound by hashing (SHA512-CRYPT, everybody once), LDAP and PostgreSQL.
/// </summary>
internal static class AuthPart
{
    /// <summary>Enough that nobody is asked about twice at the same time.</summary>
    private const int Few = 1000;

    /// <summary>More than a core can compute in a second.</summary>
    private const int MostHashes = 1200;

    private const int CacheBytes = 100 * 1024 * 1024;

    public static async Task RunAsync(Bench bench, MailStackRoot root, Comparison comparison)
    {
        await PlainAsync(bench, root, comparison);
        await RememberedAsync(bench, root, comparison);
        await AskedAsync(bench, root, comparison);
    }

    /// <summary>Everybody once, and servers that have not seen anybody yet.</summary>
    public static async Task HashedAsync(Bench bench, MailStackRoot root, Comparison comparison)
    {
        var many = People.Sha512Crypt((int)(Environment.ProcessorCount * MostHashes * bench.Options.Rounds * bench.Options.Length.TotalSeconds) + Few);
        Subject[] subjects =
        [
            await DovecotPasswords.StartOnFileAsync(root, "dovecot, passwd-file", many),
            (await DaemonUnderTest.StartAsync(root, bench.Program, "hashes", await new Directories(root, many).SqliteAsync("hashes"))).On("sasl", "daemon, SQLite"),
        ];
        await RunAsync(comparison, new("SHA512-CRYPT", "unix", Bench.Usual) { IsOnce = true }, subjects, many);
    }

    private static async Task PlainAsync(Bench bench, MailStackRoot root, Comparison comparison)
    {
        var some = People.Plain(Few);
        Directories directories = new(root, some);
        var dovecot = await DovecotPasswords.StartOnFileAsync(root, "dovecot, passwd-file", some);
        var file = root.PathOf("dovecot-passwd-file.passwd");
        Subject[] subjects =
        [
            await FloorServer.StartAsync(root, "auth"),
            await FloorServer.StartHandlerAsync(root, HandlerServers.Logins, "session, no directory"),
            dovecot,
            (await DaemonUnderTest.StartAsync(root, bench.Program, "files", ("files", new() { ["passwd"] = new System.Text.Json.Nodes.JsonArray(file) }))).On("sasl", "daemon, passwd-file"),
            (await DaemonUnderTest.StartAsync(root, bench.Program, "plain", await directories.SqliteAsync("plain"))).On("sasl", "daemon, SQLite"),
        ];
        foreach (var connections in bench.Connections) await RunAsync(comparison, new("{PLAIN}", "unix", connections), subjects, some);
        var overTcp = subjects.Where(subject => subject != dovecot).ToArray();
        foreach (var connections in bench.IsQuick ? [] : new[] { Bench.Usual, Bench.Many }) await RunAsync(comparison, new("{PLAIN}", "tcp", connections), overTcp, some);
        await RunAsync(comparison, new("{PLAIN}", "unix", Bench.Many, 10_000), subjects, some);
    }

    private static async Task RememberedAsync(Bench bench, MailStackRoot root, Comparison comparison)
    {
        var some = People.Sha512Crypt(bench.IsQuick ? Few / 10 : Few);
        Subject[] subjects =
        [
            await DovecotPasswords.StartOnFileAsync(root, "dovecot, remembered", some, CacheBytes),
            (await DaemonUnderTest.StartAsync(root, bench.Program, "hashed", await new Directories(root, some).SqliteAsync("hashed"))).On("sasl", "daemon, remembered"),
        ];
        await RunAsync(comparison, new("SHA512-CRYPT, seen before", "unix", Bench.Usual), subjects, some);
    }

    private static async Task AskedAsync(Bench bench, MailStackRoot root, Comparison comparison)
    {
        var some = People.Plain(Few);
        Directories directories = new(root, some);
        var slapd = await directories.StartSlapdAsync();
        var postgres = await directories.StartPostgresAsync();
        async Task<Subject> DaemonAsync(string name, string title, (string, System.Text.Json.Nodes.JsonObject) section)
        {
            var daemon = await DaemonUnderTest.StartAsync(root, bench.Program, name, section);
            if (name != "sql") await daemon.Process.WaitUntilFollowsAsync(slapd);
            return daemon.On("sasl", title);
        }

        (string Group, Subject[] Subjects)[] groups =
        [
            ("LDAP bind", [await DovecotPasswords.StartOnLdapAsync(root, "dovecot, ldap bind", slapd, isBinding: true), await DaemonAsync("bind", "daemon, bind", directories.Ldap(slapd))]),
            ("LDAP userPassword",
            [
                await DovecotPasswords.StartOnLdapAsync(root, "dovecot, ldap", slapd, isBinding: false), await DaemonAsync("userpassword", "daemon, userPassword", directories.Ldap(slapd, passwords: "userPassword")),
            ]),
            ("PostgreSQL", [await DovecotPasswords.StartOnSqlAsync(root, "dovecot, sql", postgres), await DaemonAsync("sql", "daemon, PostgreSQL", directories.Postgres(postgres))]),
        ];
        foreach (var connections in bench.IsQuick ? [Bench.Usual] : new[] { Bench.Usual, Bench.Many })
        {
            foreach (var (group, subjects) in groups) await RunAsync(comparison, new(group, "unix", connections), subjects, some);
        }
    }

    private static Task RunAsync(Comparison comparison, Case @case, IReadOnlyList<Subject> subjects, People people)
    {
        var turns = subjects.ToDictionary(subject => subject, _ => new PersonTurn(people.Count, @case.IsOnce));
        return comparison.RunAsync(@case with { Unit = "logins" }, subjects, (subject, number) => new AuthConversation(people, number, turns[subject]));
    }
}
