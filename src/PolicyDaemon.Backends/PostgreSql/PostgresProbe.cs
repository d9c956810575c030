using Npgsql;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>Asks whether a server would answer, on a connection of its own, whatever is known from other questions.</summary>
public static class PostgresProbe
{
    /// <param name="isPrimaryNeeded">A replica is not enough.</param>
    /// <param name="cancellationToken">The time limit.</param>
    /// <returns>When the certificate ends that a server shows, of several the first; null: none is.</returns>
    /// <exception cref="PostgresUnavailableException">No answer; the message says why.</exception>
    public static async Task<DateTimeOffset?> AskAsync(PostgresOptions options, bool isPrimaryNeeded, CancellationToken cancellationToken)
    {
        var asking = Task.Run(() => SelectAsync(options, isPrimaryNeeded, cancellationToken), cancellationToken);
        try
        {
            // Npgsql does not always end in time; then the attempt is left behind, and ends by Npgsql's own limits.
            await asking.WaitAsync(cancellationToken);
            return await PostgresCertificate.FindEndAsync(options, cancellationToken);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or PostgresUnavailableException))
        {
            throw new PostgresUnavailableException(PostgresCause.Describe(failure), failure);
        }
        finally
        {
            if (!asking.IsCompleted) Forget(asking);
        }
    }

    private static async Task SelectAsync(PostgresOptions options, bool isPrimaryNeeded, CancellationToken cancellationToken)
    {
        await using var servers = PostgresConnection.BuildUnpooled(options.ConnectionString, options);
        var wanted = isPrimaryNeeded ? TargetSessionAttributes.Primary : TargetSessionAttributes.PreferPrimary;
        await using var connection = await servers.OpenConnectionAsync(wanted, cancellationToken);
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(cancellationToken);
    }

    private static void Forget(Task leftBehind) => _ = leftBehind.ContinueWith(
        static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
