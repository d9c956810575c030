using System.Globalization;
using System.Text;
using Dapper;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.Bench;

/// <summary>Who logs in: <c>user0000000</c>, <c>user0000001</c>, ... of truenorth.local, each with a password of their own, stored alike by everybody who is compared.</summary>
internal sealed class People
{
    private readonly byte[]?[] requests;

    private People(string scheme, int count, Func<byte[], string> store)
    {
        Scheme = scheme;
        Stored = new string[count];
        requests = new byte[]?[count];
        Parallel.For(0, count, i => Stored[i] = store(Encoding.UTF8.GetBytes(PasswordOf(i))));
    }

    public string Scheme { get; }

    /// <summary>Passwords as they are stored.</summary>
    public string[] Stored { get; }

    public int Count => requests.Length;

    public static People Plain(int count) => new("PLAIN", count, password => "{PLAIN}" + Encoding.UTF8.GetString(password));

    /// <summary>With 5,000 rounds, as <c>doveadm pw</c> makes them: about 2.5 ms of a core each, also to make them.</summary>
    public static People Sha512Crypt(int count) => new("SHA512-CRYPT", count, password => "{SHA512-CRYPT}" + LibCrypt.Hash(password, "$6$", 5000));

    public static string LoginOf(int person) => TruenorthDirectory.AddressOf(NameOf(person));

    /// <summary>What stands behind the id of an AUTH command, with its LF: as Postfix asks about a client of its own.</summary>
    public ReadOnlySpan<byte> RequestFor(int person) => requests[person] ??= RequestOf(person);

    /// <summary>For Dovecot's passwd-file.</summary>
    public string ToPasswdFile() => string.Concat(Stored.Select((stored, i) => $"{LoginOf(i)}:{stored}::::::\n"));

    /// <summary>For the daemon.</summary>
    /// <param name="directory">Below the root.</param>
    /// <returns>The path of the SQLite file.</returns>
    public async Task<string> WriteDatabaseAsync(MailStackRoot root, string directory)
    {
        var path = Path.Combine(Directory.CreateDirectory(root.PathOf(directory)).FullName, "policydaemon.db");
        using var database = SqliteDatabase.OpenOrCreate(path);
        await database.WriteAsync(
            connection =>
            {
                connection.Execute("INSERT INTO virtual_domains (name) VALUES (@Domain)", new { TruenorthDirectory.Domain });
                foreach (var (stored, i) in Stored.Select((stored, i) => (stored, i)))
                    connection.Execute("INSERT INTO virtual_users (domain_id, email, password) VALUES (1, @login, @stored)", new { login = LoginOf(i), stored });
                return 0;
            },
            CancellationToken.None);
        return path;
    }

    /// <summary>For slapd, which makes its own hashes.</summary>
    public string ToLdif() => string.Join('\n', Enumerable.Range(0, Count).Select(i => TruenorthDirectory.Person(NameOf(i))));

    public static string NameOf(int person) => string.Create(CultureInfo.InvariantCulture, $"user{person:D7}");

    private static string PasswordOf(int person) => TruenorthDirectory.PasswordOf(NameOf(person));

    private static byte[] RequestOf(int person)
    {
        var message = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{LoginOf(person)}\0{PasswordOf(person)}"));
        return Encoding.UTF8.GetBytes($"\tPLAIN\tservice=smtp\tnologin\tlip=192.0.2.25\trip=198.51.100.7\tsecured\tresp={message}\n");
    }
}
