using System.Text;
using System.Text.RegularExpressions;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.IntegrationTests.Support.Secrecy;

/// <summary>People of each directory with passwords that occur nowhere else in the world.</summary>
internal sealed partial class SecretPeople(SecretSearch search)
{
    /// <summary>The least that crypt(3) takes: many log in at once here.</summary>
    private const uint FewRounds = 1000;

    private readonly List<(string Login, Secret Password)> people = [];
    private readonly List<Secret> keptBySqlite = [];

    /// <summary>Who gets in with which password.</summary>
    public IReadOnlyList<(string Login, Secret Password)> All => people;

    /// <summary>Whose stored password cannot be checked.</summary>
    public IReadOnlyList<string> Damaged { get; } = ["trip@truenorth.local", "damaged@truenorth.local", "odd@truenorth.local"];

    /// <summary>What its file is made to hold.</summary>
    public Secret[] KeptBySqlite => [.. keptBySqlite];

    /// <summary>One hash of slapd's own kind, one of crypt(3), and a clear text.</summary>
    public async Task AddToLdapAsync(SlapdServer slapd)
    {
        await slapd.SetAsync("bob", "userPassword", Crypt(Person("bob", "Ldap-Cr7pt-Bobs")));
        await slapd.SetAsync("alice", "userPassword", Person("alice", "Ldap-Cl3ar-Alices"));
    }

    public async Task AddToPostgresAsync(PostgresDatabase database)
    {
        (string Login, string Stored)[] rows =
        [
            ("pat@truenorth.local", Crypt(Person("pat@truenorth.local", "Pgsql-Cr7pt-Pats"))),
            ("pia@truenorth.local", "{PLAIN}" + Person("pia@truenorth.local", "Pgsql-Pl4in-Pias")),
            ("trip@truenorth.local", "{PLAIN}" + search.Add("what the query trips over", "Tripped-0ver-Value").Text),
            ("damaged@truenorth.local", "{SHA512-CRYPT}$6$" + search.Add("a damaged hash", "Dam4ged/Hash/Digits").Text),
            ("odd@truenorth.local", "{NO-SUCH}" + search.Add("a hash of no scheme", "Odd/Sch3me/Digits").Text),
        ];
        await database.ExecuteAsync("INSERT INTO virtual_domains (name) VALUES ('truenorth.local')");
        foreach ((string login, string stored) in rows)
            await database.ExecuteAsync($"INSERT INTO virtual_users (domain_id, email, password) VALUES (1, '{login}', '{stored}')");
    }

    public Task AddToFileAsync(string passwdFile) =>
        File.WriteAllTextAsync(passwdFile, $"fay@truenorth.local:{Crypt(Person("fay@truenorth.local", "File-Cr7pt-Fays"))}:::::\n");

    /// <summary>A line that is none, so that the daemon complains of the file.</summary>
    public Task DamageFileAsync(string passwdFile) => File.AppendAllTextAsync(passwdFile, search.Add("a line without fields", "L1ne-Without-Fields").Text + "\n");

    /// <summary>By the commands that an administrator has for it.</summary>
    public async Task AddToSqliteAsync(DaemonProcess daemon, string file)
    {
        await AddAsync("domain", "add", "truenorth.local");
        await AddAsync("account", "add", "sam@truenorth.local");
        keptBySqlite.Add(search.Add("sam's stored hash", ReadArgon(file)));
        await AddAsync("account", "add", "sly@truenorth.local", "--scheme", "PLAIN");

        async Task AddAsync(params string[] arguments)
        {
            string login = arguments[2];
            string input = arguments[0] == "account" ? Person(login, $"Sqlite-T7ped-{login[..3]}") + "\n" : "";
            if (login == "sly@truenorth.local") keptBySqlite.Add(people[^1].Password);
            MailStack.Processes.CommandResult done = (await daemon.RunAsync(arguments, input)).EnsureSuccess();
            search.LookAt(done.CommandLine, done.Output + done.Error);
        }
    }

    private string Person(string login, string password)
    {
        people.Add((login, search.Add($"the password of {login}", password)));
        return password;
    }

    private string Crypt(string password)
    {
        string stored = "{CRYPT}" + LibCrypt.Hash(Encoding.UTF8.GetBytes(password), "$6$", FewRounds);
        search.Add($"the salt of {people[^1].Login}", stored.Split('$')[^2]);
        search.Add($"the hash of {people[^1].Login}", stored.Split('$')[^1]);
        return stored;
    }

    private static string ReadArgon(string file)
    {
        foreach (string part in (string[])[file + "-wal", file])
        {
            if (File.Exists(part) && Argon().Match(Encoding.Latin1.GetString(File.ReadAllBytes(part))) is { Success: true } found) return found.Groups["digest"].Value;
        }

        throw new InvalidOperationException($"{file} has no Argon2 hash");
    }

    [GeneratedRegex(@"\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$(?<digest>[A-Za-z0-9+/]{43})", RegexOptions.ExplicitCapture)]
    private static partial Regex Argon();
}
