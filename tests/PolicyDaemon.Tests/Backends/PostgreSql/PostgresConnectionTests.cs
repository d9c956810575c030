using Npgsql;
using PolicyDaemon.Backends.PostgreSql;
using Xunit;

namespace PolicyDaemon.Tests.Backends.PostgreSql;

public sealed class PostgresConnectionTests
{
    [Theory]
    [InlineData("Host=db1,db2;Username=policydaemon;Database=mail", null)]
    [InlineData("Host=/run/postgresql", null)]
    [InlineData("Host=db;Password=secret", "holds a password: put it into a file and name that as passwordFile")]
    [InlineData("Host=db;PWD=secret", "holds a password: put it into a file and name that as passwordFile")]
    [InlineData("Username=policydaemon", "names no Host")]
    [InlineData("", "names no Host")]
    [InlineData("Host=db;Hots=secret", "cannot be read: it is Keyword=value;Keyword=value, with keywords of Npgsql")]
    [InlineData("host secret", "cannot be read: it is Keyword=value;Keyword=value, with keywords of Npgsql")]
    [InlineData("Host=db;Port=secret", "cannot be read: it is Keyword=value;Keyword=value, with keywords of Npgsql")]
    public void Mistake_is_named_without_what_was_written(string connectionString, string? mistake) =>
        Assert.Equal(mistake, PostgresConnection.FindMistake(connectionString));

    [Fact]
    public void What_the_administrator_says_stays_however_he_spells_it()
    {
        var text = Build("Host=db;CommandTimeout=7;MaxPoolSize=3;Pooling=true;Application Name=mine;tcp keepalive=false");

        Assert.Equal((7, 3, "mine", false), (text.CommandTimeout, text.MaxPoolSize, text.ApplicationName, text.TcpKeepAlive));
    }

    [Fact]
    public void What_is_not_said_is_filled_in()
    {
        var text = Build("Host=db");

        Assert.Equal((2, 2, 500, 30, 16), (text.Timeout, text.CommandTimeout, text.CancellationTimeout, text.HostRecheckSeconds, text.MaxPoolSize));
        Assert.Equal((50, true, true), (text.MaxAutoPrepare, text.TcpKeepAlive, text.NoResetOnClose));
    }

    [Fact]
    public void Nothing_is_prepared_behind_a_pooler_and_a_unix_socket_has_no_keepalive()
    {
        Assert.Equal(0, Build("Host=db", isPooled: true).MaxAutoPrepare);
        Assert.False(Build("Host=db,/run/postgresql").TcpKeepAlive);
    }

    private static NpgsqlConnectionStringBuilder Build(string connectionString, bool isPooled = false)
    {
        using var servers = PostgresConnection.Build(new PostgresOptions { ConnectionString = connectionString, IsPooled = isPooled });
        return new NpgsqlConnectionStringBuilder(servers.ConnectionString);
    }
}
