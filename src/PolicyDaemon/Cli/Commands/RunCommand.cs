using System.CommandLine;
using System.Net.Sockets;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Configuration;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Runs the daemon.</summary>
internal static class RunCommand
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var command = new TaughtCommand("run", "Run the daemon in the foreground; also what happens without a command.")
        {
            Details =
            [
                "Listens where the configuration says until SIGTERM or SIGINT, then answers what it has begun and stops. SIGHUP " +
                "reads the " +
                "configuration again; a file with errors changes nothing. Log lines go to standard error.",
            ],
            Examples =
            [
                new("With the configuration of this machine", "run"),
                new("With another file, saying more", "run --config ./policydaemon.json --log.level debug"),
                new(
                    "Without any file, on a socket of one's own",
                    "run --listen:policy:0 inet:127.0.0.1:10040 --listen:admin unix:/tmp/admin.sock"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "stopped as told"),
                (ExitStatus.No, "could not start: a socket or the database cannot be used"),
                (ExitStatus.CannotTell, "the configuration has errors, or the command was not understood"),
            ],
        };
        command.SetAction((parsed, _) => RunAsync(environment, parsed));
        return command;
    }

    public static async Task<int> RunAsync(CommandEnvironment environment, ParseResult parsed)
    {
        var file = parsed.GetValue(CommandOptions.Config);
        LoadedConfiguration Load() => environment.Load(file, environment.Settings);
        var loaded = Load();
        if (loaded.Options is null)
        {
            foreach (var error in loaded.Errors) environment.Complain(error);
            return ExitStatus.CannotTell;
        }

        try
        {
            return await environment.Run(loaded, Load);
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException or SqliteFileException)
        {
            environment.Complain(exception.Message);
            return ExitStatus.No;
        }
    }
}
