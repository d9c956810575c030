using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Lists the blocks in force.</summary>
internal static class BlocksCommand
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var json = CommandOptions.Json();
        var command = new TaughtCommand("blocks", "List the blocks in force: what, until when, by whom and why.")
        {
            Examples =
            [
                new("A look", "blocks"),
                new("Blocked logins, for a script", "blocks --json | jq -r '.blocks[] | select(.scope == \"login\") | .key'"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "listed, also when there is none"),
                (ExitStatus.CannotTell, "the store could not be asked, or the command was not understood"),
            ],
        };
        command.Add(json);
        command.SetAction((parsed, token) => new DaemonAccess(environment).UseAsync(
            parsed.GetValue(CommandOptions.Config),
            isOffline: false,
            remarkWithoutDaemon: null,
            async administration => Reporting.Show(
                environment,
                parsed.GetValue(json),
                await administration.ListBlocksAsync(token),
                AdminJson.Default.BlockList,
                BlocksPage.Write)));
        return command;
    }
}
