using System.CommandLine;
using PolicyDaemon.Backends.PostgreSql;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Makes or updates the own tables in PostgreSQL, in the rights of an administrator.</summary>
internal static class MigrateCommand
{
    private const string AdministratorMissing =
        "no administrator of the database is known: expected directory.postgres.adminConnectionString in the configuration";

    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing, and list the steps that are still to be applied." };
        var printGrants = new Option<bool>("--print-grants")
        {
            Description = "Connect to nothing, and write the statements that --role would run, for somebody who rather runs them by hand.",
        };
        var role = new Option<string?>("--role")
        {
            HelpName = "ROLE",
            Description = "The daemon's role, which must exist: it is given what the daemon needs, and nothing that alters mailboxes.",
        };
        var command = new TaughtCommand("migrate", "Make or update the tables of the schema policydaemon in PostgreSQL.")
        {
            Details =
            [
                "It connects as directory.postgres.adminConnectionString says, which the daemon itself never does. Steps that were applied " +
                "are left alone, each new one is one transaction, and two who migrate at once wait for each other. The tables of the " +
                "default queries are watched, so that every node hears of each change in them.",
            ],
            Examples =
            [
                new("What would be done?", "migrate --dry-run"),
                new("The first time, and after each upgrade", "migrate --role policydaemon"),
                new("The rights alone, by hand", "migrate --role policydaemon --print-grants | psql mail"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "the schema is that of this version"),
                (ExitStatus.No, "with --dry-run: there are steps to apply; else: the schema is newer than this version, or was altered"),
                (ExitStatus.CannotTell, "PostgreSQL did not answer or refused, no administrator is configured, or the command was not understood"),
            ],
        };
        role.Validators.Add(result =>
        {
            // In quotes too, PostgreSQL takes this name for all roles that there are.
            if (result.GetValueOrDefault<string?>() is "public") result.AddError("--role public would give the rights to everybody: give the daemon a role of its own");
        });
        return command.With(dryRun, role, printGrants).Runs((parsed, token) => parsed.GetValue(printGrants)
            ? Task.FromResult(Print(environment, parsed.GetValue(role)))
            : MigrateAsync(environment, parsed.GetValue(CommandOptions.Config), parsed.GetValue(dryRun), parsed.GetValue(role), token));
    }

    private static int Print(CommandEnvironment environment, string? role)
    {
        if (string.IsNullOrEmpty(role))
        {
            environment.Complain("--print-grants needs --role with the name of the daemon's role");
            return ExitStatus.CannotTell;
        }

        environment.Output.Write(PostgresMigrator.WriteGrants(role));
        return ExitStatus.Yes;
    }

    private static async Task<int> MigrateAsync(CommandEnvironment environment, string? file, bool isDryRun, string? role, CancellationToken cancellationToken)
    {
        var loaded = environment.Load(file, environment.Settings);
        foreach (var error in loaded.Errors) environment.Complain(error);
        if (loaded.Options is not { } options) return ExitStatus.CannotTell;
        if (options.Directory.Postgres?.Administrator is not { } administrator)
        {
            environment.Complain(AdministratorMissing);
            return ExitStatus.CannotTell;
        }

        try
        {
            await using var migrator = new PostgresMigrator(administrator);
            return isDryRun ? await ListAsync(environment, migrator, cancellationToken) : await ApplyAsync(environment, migrator, role, cancellationToken);
        }
        catch (PostgresMigrationException exception)
        {
            environment.Complain(exception.Message);
            return ExitStatus.No;
        }
        catch (PostgresUnavailableException exception)
        {
            environment.Complain(exception.Message);
            return ExitStatus.CannotTell;
        }
    }

    private static async Task<int> ListAsync(CommandEnvironment environment, PostgresMigrator migrator, CancellationToken cancellationToken)
    {
        var pending = await migrator.FindPendingAsync(cancellationToken);
        foreach (var step in pending) environment.OutputPage.Line($"to apply: {step.Name}");
        if (pending.Count == 0) environment.OutputPage.Line("nothing to apply");
        return pending.Count == 0 ? ExitStatus.Yes : ExitStatus.No;
    }

    private static async Task<int> ApplyAsync(CommandEnvironment environment, PostgresMigrator migrator, string? role, CancellationToken cancellationToken)
    {
        var applied = await migrator.ApplyAsync(cancellationToken);
        foreach (var step in applied) environment.OutputPage.Line($"applied: {step.Name}");
        if (applied.Count == 0) environment.OutputPage.Line("nothing to apply");
        foreach (var warning in await migrator.WatchMailboxesAsync(cancellationToken)) environment.Complain($"warning: {warning}");
        if (role is null) return ExitStatus.Yes;
        var missing = await migrator.GrantAsync(role, cancellationToken);
        foreach (var warning in missing) environment.Complain($"warning: {warning}");
        environment.OutputPage.Line(missing.Count == 0 ? $"{role} has what the daemon needs" : $"{role} has what the daemon needs, but for the mailboxes");
        return ExitStatus.Yes;
    }
}
