using System.Globalization;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Doctor;
using PolicyDaemon.Doctor.Certificates;
using PolicyDaemon.Doctor.Dovecot;
using PolicyDaemon.Doctor.Files;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Tests.Daemon.Doctor;

/// <summary>
/// An installation without a machine: Postfix's files as text, and a <c>facts</c> text with lines <c>postfix VERSION</c>, <c>listen ENDPOINT</c>,
/// <c>sasl ENDPOINT</c>, <c>lmtp ENDPOINT</c>, <c>backend ENDPOINT CONCURRENCY SECONDS</c>, <c>dovecot-asks</c>, <c>watch [MAIL STORE]</c>, <c>configuration PATH</c>, <c>state PATH</c>,
/// <c>database PATH</c>, <c>daemon-user GROUP,GROUP</c>, <c>secret PATH</c>, <c>postgres WHAT TEXT</c>, <c>certificate WHERE PLACE DATE</c> or its fault, <c>file-system TYPE PATH</c>,
/// <c>ldap URL WHAT TEXT</c>, <c>ldap-mode MODE</c>, <c>ldap-plain URL</c>, <c>postgres-plain HOST</c>, <c>postconf-warns TEXT</c>, <c>doveconf-fails TEXT</c> and <c>file KIND MODE USER:GROUP PATH</c>. What it does not say is as the snippets and the daemon make it. Dovecot's part is what <c>doveconf -n</c> prints.
/// </summary>
internal sealed class InstallationFacts
{
    private static readonly string[] Users = ["root", "postfix", "policydaemon", "postdrop", "dovecot"];

    private static readonly DateTimeOffset Now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, FileFacts> files = new(StringComparer.Ordinal);
    private readonly List<string> listened = [];
    private readonly List<string> sasl = [];
    private readonly List<string> lmtp = [];
    private readonly List<CertificateFacts> certificates = [];
    private readonly Dictionary<string, string> fileSystems = new(StringComparer.Ordinal);
    private readonly List<string> secrets = [];
    private readonly List<LdapExamination> ldap = [];
    private readonly List<string> postgresUnprotected = [];
    private readonly List<string> warnings = [];
    private string? dovecotFault;
    private OwnSettings own = new()
    {
        Node = "mx1",
        Ldap = new("cn=policydaemon,dc=example,dc=org", "ou=people,dc=example,dc=org", "(objectClass=inetOrgPerson)", IsStartTls: true, IsSync: true, ReadsPasswords: false, []),
    };

    private UnixIdentity? daemonUser;
    private string version = "3.7";
    private PostgresExamination? postgres;

    /// <param name="dovecot">Empty: there is no Dovecot.</param>
    public static Installation Read(string mainCf, string masterCf, string facts, string dovecot = "")
    {
        InstallationFacts read = new();
        foreach (string line in facts.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
            read.Add(line.Split(' '));
        return read.ToInstallation(mainCf, masterCf) with { Dovecot = dovecot.Length == 0 ? null : DovecotConfiguration.Parse(dovecot) };
    }

    private void Add(string[] words)
    {
        if (words is ["postfix", var number]) version = number;
        else if (words is ["listen", var endpoint]) listened.Add(endpoint);
        else if (words is ["sasl", var login]) sasl.Add(login);
        else if (words is ["lmtp", var delivery]) lmtp.Add(delivery);
        else if (words is ["dovecot-asks"]) own = own with { IsAskedByDovecot = true };
        else if (words is ["backend", var backend, var concurrency, var seconds])
            own = own with { Delivery = new([backend], Parse(concurrency), TimeSpan.FromSeconds(Parse(seconds))) };
        else if (words is ["watch", .. var stores]) own = own with { WatchesQueue = true, MailStore = stores.FirstOrDefault() };
        else if (words is ["configuration", var configuration]) own = own with { ConfigurationFile = configuration };
        else if (words is ["state", var state]) own = own with { StateDirectory = state };
        else if (words is ["database", var database]) own = own with { Database = database };
        else if (words is ["daemon-user", var groups])
            daemonUser = new("policydaemon", 2, groups.Split(',').Select(group => Array.IndexOf(Users, group)).ToHashSet());
        else if (words is ["ldap-mode", var following]) own = own with { Ldap = own.Ldap! with { IsSync = following == "sync" } };
        else if (words is ["ldap-plain", var unprotected]) own = own with { Ldap = own.Ldap! with { Unprotected = [unprotected] } };
        else if (words is ["ldap", var url, var told, .. var sentence]) ldap.Add(ToServer(url, told, string.Join(' ', sentence)));
        else if (words is ["postconf-warns", .. var warning]) warnings.Add(string.Join(' ', warning));
        else if (words is ["doveconf-fails", .. var fault]) dovecotFault = string.Join(' ', fault);
        else if (words is ["postgres-plain", var host]) postgresUnprotected.Add(host);
        else if (words is ["file-system", var type, var mounted]) fileSystems[mounted] = type;
        else if (words is ["certificate", var owner, var place, .. var end]) certificates.Add(ToCertificate(owner, place, end));
        else if (words is ["secret", var secret]) secrets.Add(secret);
        else if (words is ["postgres", var what, .. var text]) postgres = With(postgres ?? new() { Role = "policydaemon", Database = "mail" }, what, string.Join(' ', text));
        else if (words is ["file", var kind, var mode, var owners, var path]) files[path] = ToFacts(kind, mode, owners.Split(':'));
        else throw new FormatException($"not a fact: {string.Join(' ', words)}");
    }

    private static PostgresExamination With(PostgresExamination seen, string what, string text) => what switch
    {
        "unreachable" => seen with { Unreachable = text },
        "superuser" => seen with { IsSuperuser = true, Role = text },
        "schema" => seen with { SchemaFault = text },
        "query" => seen with { QueryFaults = [.. seen.QueryFaults, text] },
        "alterable" => seen with { Alterable = [.. seen.Alterable, text] },
        "listen" => seen with { ListenFault = text },
        "ahead" => seen with { ClockAhead = TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture)) },
        "nodes" => seen with { NodesOfThisName = Parse(text) },
        "unwatched" => seen with { Unwatched = [.. seen.Unwatched, text] },
        _ => throw new FormatException($"not a fact: postgres {what}"),
    };

    private static LdapExamination ToServer(string url, string what, string text) => what switch
    {
        "well" => new(url),
        "unreachable" => new(url) { Unreachable = text },
        "search" => new(url) { SearchFault = text },
        "empty" => new(url) { IsEmpty = true },
        "sync" => new(url) { SyncFault = text },
        "limited" => new(url) { IsLimited = true },
        "cut-off" => new(url) { IsLimited = true, IsCutOff = true },
        "passwords" => new(url) { ShowsPasswords = true },
        "passwords-to-all" => new(url) { ShowsPasswords = true, ShowsPasswordsToAll = true },
        _ => throw new FormatException($"not a fact: ldap {what}"),
    };

    private static CertificateFacts ToCertificate(string where, string place, string[] end) =>
        DateTimeOffset.TryParse(string.Join(' ', end), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset ends)
            ? new(where, place, ends)
            : new(where, place, null, string.Join(' ', end));

    private static int Parse(string number) => int.Parse(number, CultureInfo.InvariantCulture);

    private static FileFacts ToFacts(string kind, string mode, string[] owners) => new(
        Enum.Parse<FileKind>(kind, ignoreCase: true), Convert.ToInt32(mode, 8), Array.IndexOf(Users, owners[0]), Array.IndexOf(Users, owners[1]), owners[0], owners[1]);

    private Installation ToInstallation(string mainCf, string masterCf)
    {
        string defaults = File.ReadAllText(Path.Combine(Checkout.Directory, "tests", "corpus", "doctor", $"defaults-{version}.cf"));
        if (listened.Count == 0) listened.Add("unix:/var/spool/postfix/policydaemon/policy.sock");
        PostfixConfiguration postfix = PostfixConfiguration.Parse(mainCf, masterCf, defaults);
        return new Installation
        {
            Postfix = postfix,
            Daemon = new DaemonListeners([.. listened.Select(PolicyEndpoint.Parse)], postfix.Get("queue_directory")),
            Milter = new DaemonListeners([PolicyEndpoint.Parse("unix:/var/spool/postfix/policydaemon/milter.sock")], postfix.Get("queue_directory")),
            Sasl = new DaemonListeners([.. sasl.Select(PolicyEndpoint.Parse)], postfix.Get("queue_directory")),
            Lmtp = new DaemonListeners([.. lmtp.Select(PolicyEndpoint.Parse)], postfix.Get("queue_directory")),
            Own = own,
            DaemonUser = daemonUser,
            Certificates = certificates,
            PostfixWarnings = warnings,
            DovecotFault = dovecotFault,
            Ldap = ldap,
            PostgresUnprotected = postgresUnprotected,
            FileSystemOf = path => fileSystems.GetValueOrDefault(path) ?? "ext2/ext3",
            Now = Now,
            Deadline = TimeSpan.FromSeconds(3),
            SecretFiles = secrets,
            Postgres = postgres,
            PostgresServers = ["-h db1 -p 5432", "-h db2 -p 5432"],
            MailOwner = new UnixIdentity("postfix", 1, new HashSet<int> { 1 }),
            Look = Look,
        };
    }

    private FileFacts Look(string path) => files.GetValueOrDefault(path)
        ?? (path.EndsWith(".sock", StringComparison.Ordinal) ? ToFacts("socket", "0660", ["policydaemon", "postfix"]) : ToFacts("directory", "0755", ["root", "root"]));
}
