using PolicyDaemon.Admin;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Cli;

/// <summary>
/// Finds out who changes domains, accounts and aliases: this process by the administrator's own connection to PostgreSQL, for the daemon's role
/// cannot change them; or, in the SQLite file, whoever <see cref="DaemonAccess"/> finds.
/// </summary>
internal sealed class MailboxAccess(CommandEnvironment environment)
{
    /// <inheritdoc cref="DaemonAccess.UseAsync"/>
    public async Task<int> UseAsync(string? configFile, Func<IMailboxes, Task<int>> work)
    {
        if (environment.Load(configFile, environment.Settings).Options?.Directory.Postgres is not { Directory: not null, Administrator: { } administrator })
        {
            return await new DaemonAccess(environment).UseAsync(configFile, isOffline: false, remarkWithoutDaemon: null, work);
        }

        try
        {
            await using var tables = new PostgresMailboxes(administrator);
            return await work(new MailboxAdministration(tables));
        }
        catch (StoreUnavailableException exception)
        {
            environment.Complain($"PostgreSQL is away: {exception.Message}");
            return ExitStatus.CannotTell;
        }
    }
}
