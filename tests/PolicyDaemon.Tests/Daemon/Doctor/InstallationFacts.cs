using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Doctor;
using PolicyDaemon.Doctor.Files;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Tests.Daemon.Doctor;

/// <summary>
/// An installation without a machine: Postfix's files as text, and a <c>facts</c> text with lines <c>postfix VERSION</c>, <c>listen ENDPOINT</c>,
/// <c>sasl ENDPOINT</c>, <c>auth-cache SIZE</c>, <c>secret PATH</c>, <c>postgres WHAT TEXT</c> and <c>file KIND MODE USER:GROUP PATH</c>. What it does not say is as the snippets and the daemon make it.
/// </summary>
internal sealed class InstallationFacts
{
    private static readonly string[] Users = ["root", "postfix", "policydaemon"];

    private readonly Dictionary<string, FileFacts> files = new(StringComparer.Ordinal);
    private readonly List<string> listened = [];
    private readonly List<string> sasl = [];
    private readonly List<string> secrets = [];
    private string? authCacheSize;
    private string version = "3.7";
    private PostgresExamination? postgres;

    public static Installation Read(string mainCf, string masterCf, string facts)
    {
        InstallationFacts read = new();
        foreach (string line in facts.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
            read.Add(line.Split(' '));
        return read.ToInstallation(mainCf, masterCf);
    }

    private void Add(string[] words)
    {
        if (words is ["postfix", var number]) version = number;
        else if (words is ["listen", var endpoint]) listened.Add(endpoint);
        else if (words is ["sasl", var login]) sasl.Add(login);
        else if (words is ["auth-cache", var size]) authCacheSize = size;
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
        "unwatched" => seen with { Unwatched = [.. seen.Unwatched, text] },
        _ => throw new FormatException($"not a fact: postgres {what}"),
    };

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
            DovecotAuthCacheSize = authCacheSize,
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
