using System.Net;
using System.Net.Sockets;
using PolicyDaemon.Bench.Counters;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.Bench.Auth;

/// <summary>
/// Logins by PLAIN over unix sockets, right passwords, beside Dovecot's own auth process with the same people: what the protocol costs ({PLAIN}), what is bound by hashing
/// (SHA512-CRYPT, everybody once), credentials that are remembered, and LDAP.
/// </summary>
internal sealed class AuthBench(string program, int rounds, TimeSpan length, TimeSpan patience, int people, IReadOnlyList<int> connectionCounts, IReadOnlyList<string> parts)
{
    /// <summary>What can be measured, in the order in which it is.</summary>
    public static readonly string[] Parts = ["plain", "remembered", "hashed", "ldap"];

    /// <summary>Enough that nobody is asked about twice at the same time.</summary>
    private const int Few = 1000;

    private const int CacheBytes = 100 * 1024 * 1024;

    private readonly AuthComparison comparison = new(rounds, length, patience);

    public async Task RunAsync()
    {
        Console.WriteLine(FormattableString.Invariant(
            $"logins, {Environment.ProcessorCount} cores, load {ProcessFamily.LoadAverage()}, middle (least to greatest) of {rounds} rounds of {length.TotalSeconds} s; ratio: to the first of each group, round by round"));
        AuthComparison.PrintHeader();
        if (Has("plain")) await RunAsync(PlainAsync);
        if (Has("remembered")) await RunAsync(RememberedAsync);
        foreach (var count in Has("hashed") ? connectionCounts : []) await RunAsync(root => HashedAsync(root, count));
        if (Has("ldap")) await RunAsync(LdapAsync);
    }

    private bool Has(string part) => parts.Contains(part, StringComparer.Ordinal);

    private static async Task RunAsync(Func<MailStackRoot, Task> scenario)
    {
        await using var root = await MailStackRoot.CreateAsync();
        await scenario(root);
    }

    private async Task PlainAsync(MailStackRoot root)
    {
        var some = AuthPeople.Plain(Few);
        await using var session = await StartSessionAsync(root);
        AuthSubject[] subjects =
        [
            await StartDovecotAsync(root, some),
            new("session, no directory", session.Endpoints["unix"], () => session.Use.Cpu),
            await new AuthDaemon(root, program).StartOnFileAsync("files", root.PathOf("passwd")),
            await new AuthDaemon(root, program).StartOnSqliteAsync("sqlite", some),
        ];
        foreach (var count in connectionCounts) await comparison.CompareAsync("{PLAIN}", subjects, some, count);
    }

    private async Task RememberedAsync(MailStackRoot root)
    {
        var some = AuthPeople.Sha512Crypt(Few);
        AuthSubject[] subjects = [await StartDovecotAsync(root, some, CacheBytes), await new AuthDaemon(root, program).StartOnSqliteAsync("sqlite", some)];
        foreach (var subject in subjects) LogInOnce(subject, some);
        foreach (var count in connectionCounts) await comparison.CompareAsync("remembered", subjects, some, count);
    }

    /// <summary>Servers that have not seen anybody yet.</summary>
    private async Task HashedAsync(MailStackRoot root, int connections)
    {
        var many = hashed ??= AuthPeople.Sha512Crypt(people);
        AuthSubject[] subjects = [await StartDovecotAsync(root, many), await new AuthDaemon(root, program).StartOnSqliteAsync("sqlite", many)];
        await comparison.CompareAsync("SHA512-CRYPT", subjects, many, connections, isOnce: true);
    }

    private AuthPeople? hashed;

    private async Task LdapAsync(MailStackRoot root)
    {
        var some = AuthPeople.Plain(Few);
        var slapd = await SlapdServer.StartAsync(root, new SlapdOptions { Seed = $"{TruenorthDirectory.Ldif}\n{some.ToLdif()}", LogLevel = "none" });
        AuthDaemon daemon = new(root, program);
        AuthSubject[] binding = [await StartDovecotAsync(root, slapd, isBinding: true), await daemon.StartOnLdapAsync("bind", slapd, "bind")];
        AuthSubject[] reading = [await StartDovecotAsync(root, slapd, isBinding: false), await daemon.StartOnLdapAsync("userPassword", slapd, "userPassword")];
        foreach (var count in connectionCounts)
        {
            await comparison.CompareAsync("LDAP bind", binding, some, count);
            await comparison.CompareAsync("LDAP userPassword", reading, some, count);
        }
    }

    private static void LogInOnce(AuthSubject subject, AuthPeople some)
    {
        using AuthLoad load = new(subject, some, 16, isOnce: false);
        for (var seen = 0.0; seen < some.Count;)
        {
            var begun = System.Diagnostics.Stopwatch.GetTimestamp();
            seen += load.Run(TimeSpan.FromSeconds(0.5)).PerSecond * System.Diagnostics.Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }
    }

    private static Task<ServerProcess> StartSessionAsync(MailStackRoot root)
    {
        Dictionary<string, EndPoint> endpoints = new(StringComparer.Ordinal)
        {
            ["unix"] = new UnixDomainSocketEndPoint(root.PathOf("session.sock")), ["tcp"] = new IPEndPoint(root.Address, root.FreePort()),
        };
        return ServerProcess.StartAsync(
            BenchServers.Logins, Environment.ProcessPath!, ["serve", BenchServers.Logins, endpoints["unix"].ToString()!, endpoints["tcp"].ToString()!], endpoints);
    }

    private static Task<AuthSubject> StartDovecotAsync(MailStackRoot root, AuthPeople people, int cacheBytes = 0) => StartDovecotAsync(
        root, "passwd-file", $"driver = passwd-file\n  args = username_format=%Lu {root.WriteFile("passwd", people.ToPasswdFile())}", cacheBytes);

    private static Task<AuthSubject> StartDovecotAsync(MailStackRoot root, SlapdServer slapd, bool isBinding)
    {
        var name = isBinding ? "ldap-bind" : "ldap-read";
        var file = root.WriteFile(name + ".conf", $"""
            uris = {slapd.Url}
            ldap_version = 3
            dn = {TruenorthDirectory.AdministratorDn}
            dnpass = {TruenorthDirectory.AdministratorPassword}
            tls = yes
            tls_ca_cert_file = {root.Certificates.AuthorityFile}
            auth_bind = {(isBinding ? "yes" : "no")}
            base = {TruenorthDirectory.People}
            pass_filter = (mail=%u)
            pass_attrs = userPassword=password

            """);
        return StartDovecotAsync(root, name, $"driver = ldap\n  args = {file}", 0);
    }

    private static async Task<AuthSubject> StartDovecotAsync(MailStackRoot root, string name, string passdb, int cacheBytes)
    {
        var dovecot = await DovecotAuth.StartAsync(root, $"dovecot-{name}", passdb, cacheBytes);
        return new($"dovecot {name}", dovecot.Endpoint, () => ProcessFamily.CpuOf(dovecot.ProcessId));
    }
}
