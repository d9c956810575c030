using System.Net.Sockets;
using Npgsql;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>What went wrong with PostgreSQL, in one private sentence, and what follows from it.</summary>
internal static class PostgresCause
{
    private const int MaxLength = 300;

    /// <summary>The server said that it cannot serve now: classes 08, 53, 57P, and a primary that has become a replica (appendix A of its manual).</summary>
    private static bool IsServerAway(string state) =>
        state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("57P", StringComparison.Ordinal)
        || state is PostgresErrorCodes.ReadOnlySqlTransaction;

    /// <summary>The server will not have us: class 28, and a database that does not exist. Asking often makes it no better.</summary>
    internal static bool IsRefusal(Exception exception) => exception switch
    {
        PostgresException server => server.SqlState.StartsWith("28", StringComparison.Ordinal) || server.SqlState is PostgresErrorCodes.InvalidCatalogName,
        AggregateException hosts => hosts.InnerExceptions.All(IsRefusal),
        { InnerException: { } inner } => IsRefusal(inner),
        _ => false,
    };

    /// <summary>
    /// True when the server is away or refuses us, so that other questions would fare no better; false when only this statement failed.
    /// </summary>
    internal static bool IsOutage(Exception exception) => exception switch
    {
        PostgresException server => IsServerAway(server.SqlState) || IsRefusal(server),
        PostgresUnavailableException => true,
        NpgsqlException or ObjectDisposedException or TimeoutException or SocketException or IOException => true,
        _ => false,
    };

    /// <summary>True when the connection was lost under the statement: a new one may do, for the old one may have been dead for long.</summary>
    internal static bool IsLostConnection(Exception exception) => exception switch
    {
        PostgresException server => server.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException { InnerException: IOException or SocketException } => true,

        // The pool that it was to come from was thrown away at this moment.
        ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>
    /// As <see cref="Describe"/>, of a query whose data are secret: what a server says of data that it cannot use (class 22), or what a function of the
    /// administrator's raises (class P0), quotes them.
    /// </summary>
    internal static string DescribeWithoutData(PostgresUnavailableException failure) =>
        failure.InnerException is PostgresException { SqlState: ['2', '2', ..] or ['P', '0', ..] } server
            ? $"the query fails on what it finds ({server.SqlState}); the server's log says more"
            : failure.Message;

    internal static string Describe(Exception exception) => SafeText.OneLine(Sentence(exception), MaxLength);

    private static string Sentence(Exception exception) => exception switch
    {
        PostgresException server => $"{server.MessageText} ({server.SqlState}){Advice(server.SqlState)}",
        AggregateException hosts => string.Join("; ", hosts.InnerExceptions.Select(Sentence).Distinct(StringComparer.Ordinal)),
        NpgsqlException { InnerException: TimeoutException } => "no answer in time",
        NpgsqlException { InnerException: { } inner } => Sentence(inner),
        _ => exception.Message,
    };

    private static string Advice(string state) => state switch
    {
        PostgresErrorCodes.InvalidSqlStatementName => ": is there a pooler in between? Then 'pooled' must say so",
        PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction => ": has 'policydaemon migrate' been run?",
        PostgresErrorCodes.InsufficientPrivilege => ": 'policydaemon migrate --role' grants what is needed",
        _ => "",
    };
}
