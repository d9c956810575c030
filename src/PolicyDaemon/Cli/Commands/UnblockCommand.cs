using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Takes a block back.</summary>
internal static class UnblockCommand
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var target = new BlockTargetSymbols();
        var json = CommandOptions.Json();
        var command = new TaughtCommand("unblock", "Take a block back.")
        {
            Examples =
            [
                new("Let alice send again", "unblock alice"),
                new("A domain", "unblock --domain truenorth.local"),
                new("End the pause", "unblock --everyone"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "the block is gone"),
                (ExitStatus.No, "there was none"),
                (ExitStatus.CannotTell, "the store could not be asked, or the command was not understood"),
            ],
        };
        target.AddTo(command);
        command.Add(json);
        command.SetAction((parsed, token) => new DaemonAccess(environment).UseAsync(
            parsed.GetValue(CommandOptions.Config),
            isOffline: false,
            remarkWithoutDaemon: null,
            async administration => Reporting.Show(
                environment,
                parsed.GetValue(json),
                await administration.UnblockAsync(target.Read(parsed), token),
                AdminJson.Default.BlockTaken,
                BlocksPage.Write)));
        return command;
    }
}
