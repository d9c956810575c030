using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The key <c>store</c> and the section <c>cluster</c>, which belong together.</summary>
internal static class StoreSection
{
    /// <summary>In the place of a path, which begins with a slash.</summary>
    private const string Postgres = "postgres";

    private const string NodesExpected = "expected cluster.nodes, the number of nodes that share the store; while PostgreSQL is away each spends that part of a limit";

    /// <summary>The path behind <c>sqlite:</c>, nothing for <c>sqlite</c> alone, or <see cref="Postgres"/>.</summary>
    private static readonly ValueKind<string> Store = new(
        "store",
        "postgres, sqlite, or sqlite:/path of a file in a directory that exists",
        ParseStore,
        static place => JsonText.Quote(place.Length == 0 ? "sqlite" : place == Postgres ? Postgres : $"sqlite:{place}"));

    public static StoreOptions Read(Section top, DirectoryOptions directory, StateDirectory state)
    {
        var place = top.Value("store", Store, "");
        var nodes = top.OptionalChild("cluster", ReadNodes)?.Count;
        return place == Postgres ? ReadPostgres(top, directory, nodes) : ReadSqlite(top, directory, state, place);
    }

    private static NodeCount ReadNodes(Section cluster) => new((int)cluster.Required("nodes", ValueKinds.Number("nodes", 1, 1000), 1));

    /// <summary>SQLite in the directory's own file, or in one of its own where SQLite is no directory.</summary>
    private static SqliteStoreOptions ReadSqlite(Section top, DirectoryOptions directory, StateDirectory state, string path)
    {
        if (top.IsSet("cluster")) top.Complain("cluster", "SQLite is the store of one node alone: expected store = postgres with it");
        if (directory.Postgres is { Directory: null })
        {
            top.Complain("directory:postgres:mailboxes", "then nothing is asked of PostgreSQL at all: expected store = postgres with it, or true");
        }

        return new SqliteStoreOptions(path.Length > 0 ? path : directory.Sqlite?.Path ?? state.SqliteFile);
    }

    private static StoreOptions ReadPostgres(Section top, DirectoryOptions directory, int? nodes)
    {
        if (!top.IsSet("cluster")) top.Complain("cluster", $"is missing: {NodesExpected}");
        if (directory.Postgres is not { Server: var server })
        {
            top.Complain("store", "there is no section directory.postgres, whose connection it uses: expected it with its connectionString; without mailboxes there, with mailboxes = false");
            return new SqliteStoreOptions("");
        }

        // Only a warning where it is about mailboxes: then every question is asked. Blocks cannot be asked for at every command.
        if (server is { IsPooled: true, ListenConnectionString: null } && !top.IsSet("directory:postgres:listenConnectionString"))
        {
            top.Complain(
                "directory:postgres:pooled",
                "blocks of other nodes are not heard of through a pooler: expected directory.postgres.listenConnectionString, to the servers themselves, with store = postgres");
        }

        return new PostgresStoreOptions(server, nodes ?? 1);
    }

    private static Parsed<string> ParseStore(string text) => text switch
    {
        "sqlite" => Parsed<string>.Good(""),
        Postgres => Parsed<string>.Good(Postgres),
        _ when text.StartsWith("sqlite:", StringComparison.Ordinal) => ValueKinds.FileToBe.Parse(text[7..]),
        _ => Parsed<string>.Bad(),
    };

    private sealed record NodeCount(int Count);
}
