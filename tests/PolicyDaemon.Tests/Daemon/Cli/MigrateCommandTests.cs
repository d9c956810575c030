using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Cli;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli;

/// <summary>What <c>migrate</c> does without a server.</summary>
public sealed class MigrateCommandTests : IDisposable
{
    private readonly CommandRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Grants_are_printed_for_the_role_that_is_named()
    {
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("migrate --print-grants --role policydaemon"));

        Assert.Equal(PostgresMigrator.WriteGrants("policydaemon"), run.Output);
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("migrate --print-grants"));
        Assert.Equal("policydaemon: --print-grants needs --role with the name of the daemon's role\n", run.Error);
    }

    [Theory]
    [InlineData("migrate --role public")]
    [InlineData("migrate --role public --print-grants")]
    public async Task Everybody_is_no_role(string line)
    {
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync(line));

        Assert.Equal("", run.Output);
        Assert.StartsWith("policydaemon: --role public would give the rights to everybody", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_administrator_in_the_configuration_nothing_is_tried()
    {
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("migrate"));

        Assert.Equal("policydaemon: no administrator of the database is known: expected directory.postgres.adminConnectionString in the configuration\n", run.Error);
    }

    [Fact]
    public async Task Mistakes_in_the_configuration_are_all_that_is_said()
    {
        run.WriteConfig("""{ "directory": { "postgres": { "connectionString": "Host=db", "adminConnectionString": "db" } } }""");

        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("migrate"));

        Assert.Contains("directory.postgres.adminConnectionString: cannot be read", run.Error, StringComparison.Ordinal);
    }
}
