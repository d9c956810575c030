using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Queries;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>directory.postgres</c> section.</summary>
internal static class PostgresSection
{
    private static readonly ValueKind<TimeSpan> NetworkTime = ValueKinds.Duration(TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1));

    public static PostgresSourceOptions Read(Section postgres, TimeSpan deadline)
    {
        var server = new PostgresOptions
        {
            ConnectionString = postgres.Required("connectionString", PostgresKinds.Connection, ""),
            PasswordFile = postgres.Optional("passwordFile", ValueKinds.SecretFile),
            IsPooled = postgres.Value("pooled", ValueKinds.Flag, false),
            ListenConnectionString = postgres.Optional("listenConnectionString", PostgresKinds.Connection),
            Timeout = postgres.Value("timeout", NetworkTime, TimeSpan.FromSeconds(2)),
        };
        var areMailboxesThere = postgres.Value("mailboxes", ValueKinds.Flag, true);
        var mailboxes = ReadDirectory(postgres);
        var options = new PostgresSourceOptions(server, areMailboxesThere ? mailboxes : null, ReadAdministrator(postgres, server));
        if (!areMailboxesThere) WarnOfUnused(postgres);
        Check(postgres, options, deadline);
        return options;
    }

    private static PostgresDirectoryOptions ReadDirectory(Section postgres) => new()
    {
        StaleFor = postgres.Value("staleFor", ValueKinds.Duration(TimeSpan.Zero, TimeSpan.FromDays(30)), TimeSpan.FromHours(4)),
        CacheEntries = (int)postgres.Value("cacheEntries", ValueKinds.Number("answers", 1, 10_000_000), 100_000),
        CacheFor = postgres.Value("cacheFor", ValueKinds.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)), TimeSpan.FromMinutes(1)),
        Queries = postgres.Child("queries", ReadQueries),
    };

    /// <summary>
    /// Each query that is not written is the default one, which is too long for a table of defaults. Only where accounts are in other tables,
    /// their passwords and their list are not in the default ones.
    /// </summary>
    private static DirectoryQueries ReadQueries(Section queries)
    {
        var defaults = DirectoryQueries.Default;
        return new DirectoryQueries
        {
            Domain = Read("domain", PostgresKinds.Query, defaults.Domain)!,
            Account = Read("account", PostgresKinds.Query, defaults.Account)!,
            Address = Read("address", PostgresKinds.Query, defaults.Address)!,
            Alias = Read("alias", PostgresKinds.QueryOrNone, defaults.Alias),
            AllowedSenders = Read("allowedSenders", PostgresKinds.QueryOrNone, defaults.AllowedSenders),
            Password = Read("password", PostgresKinds.QueryOrNone, queries.IsSet("account") ? null : defaults.Password),
            Users = Read("users", PostgresKinds.QueryOrNone, queries.IsSet("account") ? null : defaults.Users),
        };

        LookupQuery? Read(string name, ValueKind<string> kind, LookupQuery? unwritten) => queries.Optional(name, kind) switch
        {
            null => unwritten,
            "" => null,
            var text => LookupQuery.Parse(text),
        };
    }

    /// <returns>Null: no command may change anything.</returns>
    private static PostgresOptions? ReadAdministrator(Section postgres, PostgresOptions server)
    {
        var connection = postgres.Optional("adminConnectionString", PostgresKinds.Connection);
        var passwordFile = postgres.Optional("adminPasswordFile", PostgresKinds.AdministratorsSecretFile);
        if (passwordFile is not null && !postgres.IsSet("adminConnectionString"))
        {
            postgres.Complain("adminPasswordFile", "is for nobody: expected directory.postgres.adminConnectionString with it");
        }

        return connection is null ? null : new PostgresOptions { ConnectionString = connection, PasswordFile = passwordFile, Timeout = server.Timeout };
    }

    private static void Check(Section postgres, PostgresSourceOptions options, TimeSpan deadline)
    {
        var shown = Durations.Format(deadline);
        if (options.Directory is { } mailboxes && mailboxes.StaleFor > TimeSpan.Zero && mailboxes.StaleFor < deadline)
        {
            postgres.Complain(
                "staleFor",
                $"is over before the first decision without PostgreSQL is: expected 0s (use no old values) or at least the deadline of {shown}");
        }

        if (options.Server.Timeout >= deadline)
        {
            postgres.Warn("timeout", $"leaves no time to use the last known values within the deadline of {shown}: set it lower");
        }

        if (options.Server is { IsPooled: true, ListenConnectionString: null } && !postgres.IsSet("listenConnectionString") && options.Directory?.CacheFor > TimeSpan.Zero)
        {
            postgres.Warn(
                "pooled",
                "changes are not heard of through a pooler, so every question is asked: set directory.postgres.listenConnectionString to the servers themselves");
        }

        postgres.WarnOfReaders("passwordFile", options.Server.PasswordFile);
        postgres.WarnOfReaders("adminPasswordFile", options.Administrator?.PasswordFile);
    }

    private static void WarnOfUnused(Section postgres)
    {
        foreach (var key in (string[])["queries", "staleFor", "cacheEntries", "cacheFor"])
        {
            if (postgres.IsSet(key)) postgres.Warn(key, "does nothing without mailboxes there: remove it, or set directory.postgres.mailboxes to true");
        }
    }
}
