using PolicyDaemon.Configuration;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration;

public sealed class ReloadableConfigurationTests : IDisposable
{
    private readonly ConfigurationFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Changed_rules_are_taken_up()
    {
        var configuration = Start("""{ "deadline": "3s" }""");

        Write("""{ "deadline": "5s" }""");
        var result = configuration.Reload();
        configuration.TakeUp();

        Assert.Equal(TimeSpan.FromSeconds(5), result.Options?.Deadline);
        Assert.Same(result.Options, configuration.Current);
        Assert.Empty(result.NeedRestart);
    }

    [Fact]
    public void File_with_mistakes_changes_nothing_and_says_every_one()
    {
        var configuration = Start("""{ "deadline": "3s" }""");
        var before = configuration.Current;

        Write("""{ "deadline": "5s", "node": "", "store": "none" }""");
        var result = configuration.Reload();

        Assert.Null(result.Options);
        Assert.Equal(2, result.Errors.Count);
        Assert.Same(before, configuration.Current);
    }

    [Fact]
    public void File_that_is_gone_changes_nothing()
    {
        var configuration = Start("{}");

        File.Delete(folder.File);

        Assert.Equal([$"{folder.File}: does not exist"], configuration.Reload().Errors);
    }

    [Fact]
    public void Changed_sockets_store_name_and_log_are_said_to_need_a_restart_until_they_are_changed_back()
    {
        var configuration = Start("""{ "node": "mx1" }""");

        Write("""{ "node": "mx2", "listen": { "policy": ["inet:127.0.0.1:10040"] }, "store": "sqlite:{folder}/store.db", "log": { "level": "debug" } }""");
        Assert.Equal(["node", "listen", "store", "log"], configuration.Reload().NeedRestart);
        Assert.Equal(["node", "listen", "store", "log"], configuration.Reload().NeedRestart);

        Write("""{ "node": "mx1", "listen": {}, "store": "sqlite" }""");
        Assert.Empty(configuration.Reload().NeedRestart);
    }

    [Fact]
    public void Connection_of_the_store_needs_a_restart_and_that_of_mailboxes_alone_does_not()
    {
        const string Two = """{ "stateDirectory": "{folder}", "directory": { "postgres": { "connectionString": "Host=db2", "timeout": "1s" } } """;
        var mailboxes = Start("""{ "stateDirectory": "{folder}", "directory": { "postgres": { "connectionString": "Host=db1" } } }""");
        Write(Two + "}");
        Assert.Empty(mailboxes.Reload().NeedRestart);

        var store = Start("""{ "stateDirectory": "{folder}", "store": "postgres", "cluster": { "nodes": 3 }, "directory": { "postgres": { "connectionString": "Host=db1" } } }""");
        Write(Two + """, "store": "postgres", "cluster": { "nodes": 4 } }""");
        Assert.Equal(["cluster", "directory.postgres.connectionString (of the store)", "directory.postgres.timeout (of the store)"], store.Reload().NeedRestart);
    }

    [Fact]
    public void Directory_that_was_read_and_not_taken_up_is_still_a_change_at_the_next_reload()
    {
        var configuration = Start("""{ "directory": { "domains": ["truenorth.local"] } }""");

        Write("""{ "directory": { "domains": ["new.example"] } }""");
        Assert.True(configuration.Reload().IsDirectoryChanged);
        Assert.True(configuration.Reload().IsDirectoryChanged);

        configuration.TakeUp();
        Assert.False(configuration.Reload().IsDirectoryChanged);
    }

    private ReloadableConfiguration Start(string json) =>
        new(() => ConfigurationLoader.Load(folder.File, [], new Dictionary<string, string>()), folder.Load(json));

    private void Write(string json) => folder.Write("policydaemon.json", json.Replace("{folder}", folder.Path, StringComparison.Ordinal));
}
