using PolicyDaemon.Backends.Files;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Hosting;

/// <summary>The directories of one configuration, asked as one.</summary>
internal sealed class DirectorySources
{
    /// <summary>Databases are opened at the start; without one, a reload would decide by half of its sources.</summary>
    private const string NeedsRestart = "SQLite becomes a directory by a restart only";

    private DirectorySources(
        IDirectory directory, IReadOnlyList<IAccountList> lists, LdapSource? ldap, PostgresDirectorySource? postgres, SqlitePassdb? sqlite, FileSource? files)
    {
        Directory = directory;
        Lists = lists;
        Passdbs = [.. new IPassdb?[] { ldap?.Passdb, postgres?.Passdb, sqlite, files?.Passdb }.OfType<IPassdb>()];
        Ldap = ldap;
        Postgres = postgres;
        Files = files;
    }

    public IDirectory Directory { get; }

    /// <summary>Who is in each of them; those that cannot say come last.</summary>
    public IReadOnlyList<IAccountList> Lists { get; }

    /// <summary>Those of them that have passwords, in the order in which they are asked.</summary>
    public IReadOnlyList<IPassdb> Passdbs { get; }

    /// <summary>Null: no LDAP server is asked.</summary>
    public LdapSource? Ldap { get; }

    /// <summary>Null: PostgreSQL is not asked.</summary>
    public PostgresDirectorySource? Postgres { get; }

    /// <summary>Null: no files are a directory.</summary>
    public FileSource? Files { get; }

    /// <param name="kept">Sources of the same options that are open already, and go on; null: open what there is to be.</param>
    public static DirectorySources Open(
        DirectoryOptions options, PolicySnapshot policy, DirectorySources? kept, Stores stores, SourceHealth health, SyncWatch? watch, TimeProvider time)
    {
        var ldap = kept?.Ldap ?? (options.Ldap is { } ldapOptions ? LdapSource.Open(ldapOptions, policy.Normalizer, stores.Workers, health, watch, time) : null);
        var postgres = kept?.Postgres ?? (options.Postgres is { Directory: { } mailboxes } tables
            ? PostgresDirectorySource.Open(tables.Server, mailboxes, policy.Normalizer, stores.Workers, health, time)
            : null);
        var files = kept?.Files ?? (options.Files is { } fileOptions ? new FileSource(fileOptions, policy.Normalizer, stores.Workers, health, time) : null);
        var sources = new List<IDirectory>();
        if (ldap is not null) sources.Add(ldap.Directory);
        if (postgres is not null) sources.Add(postgres.Directory);
        SqlitePassdb? passwords = null;
        if (options.Sqlite is not null)
        {
            var database = stores.Directory ?? throw new InvalidOperationException(NeedsRestart);
            sources.Add(new SqliteDirectory(database, time));
            passwords = new SqlitePassdb(database, stores.Workers, time);
        }

        if (files is not null) sources.Add(files.Directory);
        IDirectory[] extras = options.ExtraRecipients.Count > 0 ? [new ExtraRecipients(options.ExtraRecipients, policy.Normalizer, time)] : [];
        string[] opened = kept is null ? [LdapSource.Name, PostgresDirectorySource.Name, FileSource.Name] : [];
        health.Use([.. sources.Concat(extras).Select(source => source.Name)], opened);
        return new DirectorySources(
            sources is [var only] && extras.Length == 0 ? only : new CombinedDirectory(sources, options.Identity, extras),
            ListsOf(sources, [ldap?.Accounts, postgres?.Accounts]),
            ldap,
            postgres,
            passwords,
            files);
    }

    /// <summary>
    /// Puts one question whose answer nobody needs: connections are made and code is compiled before the first mail waits for it, and
    /// a source that is away, or a query that PostgreSQL does not understand, is in the log from the start.
    /// </summary>
    public async Task GreetAsync(TimeSpan limit, SourceHealth health, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await Directory.FindAccountAsync("policydaemon", either.Token);
            health.Settle();
            foreach (var problem in await (Postgres?.CheckAsync(either.Token) ?? Task.FromResult<IReadOnlyList<string>>([]))) health.Misconfigured(problem);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The source has told that it does not answer, or the daemon stops.
        }
    }

    /// <param name="beside">Those of sources that are not the directory themselves.</param>
    private static IReadOnlyList<IAccountList> ListsOf(IEnumerable<IDirectory> sources, IReadOnlyList<IAccountList?> beside) =>
    [
        .. sources.Select(source => beside.FirstOrDefault(list => list?.Name == source.Name) ?? source as IAccountList ?? new NoAccountList(source.Name))
            .OrderBy(list => list is NoAccountList),
    ];

    /// <param name="keep">Sources of newer rules: what they share with these goes on.</param>
    public async ValueTask CloseAsync(DirectorySources? keep)
    {
        if (Ldap is not null && !ReferenceEquals(Ldap, keep?.Ldap)) await Ldap.DisposeAsync();
        if (Postgres is not null && !ReferenceEquals(Postgres, keep?.Postgres)) await Postgres.DisposeAsync();
        if (Files is not null && !ReferenceEquals(Files, keep?.Files)) await Files.DisposeAsync();
    }
}
