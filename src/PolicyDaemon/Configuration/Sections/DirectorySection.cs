using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>directory</c> section. Without any source in it the SQLite file is the directory.</summary>
internal static class DirectorySection
{
    public static readonly ValueKind<SourceName> Source = ValueKinds.Choice<SourceName>();

    private static readonly IReadOnlyDictionary<string, IReadOnlyList<AccountRight>> DefaultStatuses =
        new Dictionary<string, IReadOnlyList<AccountRight>>(StringComparer.OrdinalIgnoreCase)
        {
            ["active"] = [AccountRight.Send, AccountRight.Login, AccountRight.Receive],
            ["disabled"] = [AccountRight.Login, AccountRight.Receive],
            ["offboarded"] = [AccountRight.Receive],
        };

    public static DirectoryOptions Read(Section directory, TimeSpan deadline, StateDirectory state)
    {
        var domains = directory.List("domains", MailKinds.Domain, []);
        var delimiter = directory.Value("recipientDelimiter", MailKinds.Delimiters, "+");
        var origin = directory.Optional("origin", MailKinds.Domain) ?? (domains.Count > 0 ? domains[0] : null);
        var identity = directory.OptionalChoice("identity", Source);
        var extraRecipients = directory.List("extraRecipients", ValueKinds.File, []);
        var ldap = directory.OptionalChild("ldap", section => LdapSection.Read(section, deadline));
        var postgres = directory.OptionalChild("postgres", section => PostgresSection.Read(section, deadline));
        var sqlite = directory.OptionalChild("sqlite", section => ReadSqlite(section, state));
        var files = directory.OptionalChild("files", section => FilesSection.Read(section, deadline, origin));
        var options = new DirectoryOptions
        {
            Domains = [.. domains.Distinct(StringComparer.Ordinal)],
            RecipientDelimiter = delimiter,
            Origin = origin,
            Identity = identity is { } source ? ValueKinds.Word(source) : null,
            ExtraRecipients = extraRecipients,
            Ldap = ldap,
            Postgres = postgres,
            Files = files,
            Sqlite = sqlite ?? (ldap is null && postgres?.Directory is null && files is null ? new SqliteSourceOptions(state.SqliteFile) : null),
            AccountStatuses = ReadStatuses(directory),
            WhenAbsent = directory.Value("whenAbsent", ValueKinds.Choice<WhenAbsent>(), WhenAbsent.Permit),
            Kick = directory.Value("kick", ValueKinds.Flag, false),
        };
        Refuse(directory, options, identity);
        return options;
    }

    private static SqliteSourceOptions ReadSqlite(Section sqlite, StateDirectory state) =>
        new(sqlite.Value("path", ValueKinds.FileToBe, state.SqliteFile));

    /// <summary>Goes over the defaults name by name: naming one more status must not take the others' rights away.</summary>
    private static Dictionary<string, Rights> ReadStatuses(Section directory)
    {
        var statuses = new Dictionary<string, IReadOnlyList<AccountRight>>(DefaultStatuses, StringComparer.OrdinalIgnoreCase);
        var configured = directory.Lists("accountStatuses", ValueKinds.Choice<AccountRight>(), DefaultStatuses);
        foreach (var (status, rights) in configured) statuses[status] = rights;
        return statuses.ToDictionary(pair => pair.Key, pair => Together(pair.Value), StringComparer.OrdinalIgnoreCase);
    }

    private static Rights Together(IEnumerable<AccountRight> rights) =>
        rights.Aggregate(Rights.None, (all, right) => all | ToRights(right));

    private static Rights ToRights(AccountRight right) => right switch
    {
        AccountRight.Send => Rights.Send,
        AccountRight.Login => Rights.Login,
        _ => Rights.Receive,
    };

    private static void Refuse(Section directory, DirectoryOptions options, SourceName? identity)
    {
        if (identity is { } source && !IsThere(options, source))
        {
            var why = source == SourceName.Postgres && options.Postgres is not null
                ? "no mailboxes are looked for there (directory.postgres.mailboxes)"
                : $"there is no section directory.{options.Identity}";
            directory.Complain("identity", $"{why}: expected the name of a source that is configured");
        }

        // A list that is there but wrong has its own message.
        if (options.Domains.Count == 0 && options.Sqlite is null && options.Postgres?.Directory is null && !directory.HasValues("domains"))
        {
            directory.Complain(
                "domains", $"is empty, and {(options.Ldap is null ? "a directory of files" : "LDAP")} has no list of domains: expected at least one domain, or no address would be ours");
        }
    }

    /// <summary>Whether a source of this name is configured.</summary>
    public static bool IsThere(DirectoryOptions options, SourceName source) => source switch
    {
        SourceName.Ldap => options.Ldap is not null,
        SourceName.Postgres => options.Postgres?.Directory is not null,
        SourceName.Files => options.Files is not null,
        _ => options.Sqlite is not null,
    };

    internal enum SourceName
    {
        Ldap,
        Postgres,
        Sqlite,
        Files,
    }

    /// <summary>One right by its configured word; <see cref="Rights"/> also has names for several together.</summary>
    private enum AccountRight
    {
        Send,
        Login,
        Receive,
    }
}
