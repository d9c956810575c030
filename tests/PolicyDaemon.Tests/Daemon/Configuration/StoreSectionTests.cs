using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Configuration;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration;

public sealed class StoreSectionTests : IDisposable
{
    private readonly ConfigurationFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Store_in_PostgreSQL_has_the_connection_of_the_mailboxes()
    {
        DaemonOptions options = folder.LoadGood("""
            {
              "store": "postgres", "cluster": { "nodes": 3 },
              "directory": { "postgres": { "connectionString": "Host=db1,db2", "timeout": "1s" } }
            }
            """);

        Assert.Equal(new PostgresStoreOptions(new PostgresOptions { ConnectionString = "Host=db1,db2", Timeout = TimeSpan.FromSeconds(1) }, 3), options.Store);
        Assert.NotNull(options.Directory.Postgres!.Directory);
        Assert.Null(options.Directory.Sqlite);
    }

    [Fact]
    public void Without_mailboxes_there_PostgreSQL_is_the_store_only()
    {
        const string store = """ "store": "postgres", "cluster": { "nodes": 1 } """;
        const string postgres = """ "postgres": { "connectionString": "Host=db1", "mailboxes": false } """;
        DaemonOptions people = folder.LoadGood($$"""
            { {{store}}, "directory": { "domains": ["example.org"], "ldap": { "urls": ["ldaps://ldap1"], "baseDn": "dc=example,dc=org" }, {{postgres}} } }
            """);
        Assert.Null(people.Directory.Postgres!.Directory);
        Assert.Null(people.Directory.Sqlite);

        DaemonOptions alone = folder.LoadGood($$"""{ {{store}}, "stateDirectory": "{folder}/", "directory": { {{postgres}} } }""");
        Assert.Equal($"{folder.Path}/policydaemon.db", alone.Directory.Sqlite?.Path);
    }

    [Fact]
    public void What_names_no_path_lies_in_the_state_directory()
    {
        DaemonOptions options = folder.LoadGood("""
            {
              "stateDirectory": "{folder}/state",
              "directory": { "domains": ["example.org"], "ldap": { "urls": ["ldaps://ldap1"], "baseDn": "dc=example,dc=org" } }
            }
            """);

        Assert.Equal($"{folder.Path}/state", options.State.Path);
        Assert.Equal(new SqliteStoreOptions($"{folder.Path}/state/policydaemon.db"), options.Store);
        Assert.Equal($"{folder.Path}/state/ldap.view", options.Directory.Ldap!.SavedView);
    }

    [Fact]
    public void State_directory_is_made_for_its_user_alone()
    {
        StateDirectory state = new($"{folder.Path}/state");
        state.Make();
        state.Make();

        Assert.All((string[])[state.Path, state.Journals], path =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path)));
    }
}
