using System.CommandLine;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Stops sending.</summary>
internal sealed class BlockCommand
{
    private readonly BlockTargetSymbols target = new();
    private readonly Option<TimeSpan?> duration = CommandOptions.Duration(
        "--for", "How long, such as 30m, 2h or 7d. Default: until it is taken back.");
    private readonly Option<string> reason = new("--reason")
    {
        HelpName = "TEXT",
        Description = $"Why, for your colleagues: at most {BlockOrders.MaxReasonLength} characters, never shown to clients. Default: empty.",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<string> action = new("--action")
    {
        HelpName = "reject|defer|hold",
        Description = "reject: 554; defer: 451, clients try again; hold: mail waits in Postfix's hold queue. Default: reject.",
        DefaultValueFactory = _ => "reject",
    };

    private readonly Option<bool> force = new("--force")
    {
        Description = "Block the name as typed although no directory knows it, or none could be asked.",
    };
    private readonly Option<bool> json = CommandOptions.Json();

    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var block = new BlockCommand();
        block.action.TakeOneOf("reject", "defer", "hold");
        var command = new TaughtCommand("block", "Stop sending for a login, a domain of ours, or everyone.")
        {
            Details =
            [
                "In force for the next command of every session, also of those that are open. It takes away sending, not login and not " +
                "receiving. The login is resolved through the directories, so that the block hits whatever spelling a client uses. A " +
                "second block of the same login, domain or everyone takes the first one's place. Who gave it is the system user at " +
                "the admin socket.",
                "Nodes that share a store in PostgreSQL have it milliseconds later. While PostgreSQL is away the block acts on this node at once, the " +
                "answer says so, and the others get it when PostgreSQL is back; of two orders the later counts then.",
            ],
            Examples =
            [
                new("Stop a stolen account for two hours", "block alice --for 2h --reason \"stolen password\""),
                new("Keep what a domain sends for inspection", "block --domain truenorth.local --action hold --reason \"newsletter went wrong\""),
                new("Pause all sending while the reputation is examined", "block --everyone --action defer --for 30m"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "blocked"),
                (ExitStatus.No, "no directory knows the login, or the domain is not ours"),
                (ExitStatus.CannotTell, "a directory or the store could not be asked, or the command was not understood; nothing was blocked"),
            ],
        };
        block.target.AddTo(command);
        command.Add(block.duration);
        command.Add(block.reason);
        command.Add(block.action);
        command.Add(block.force);
        command.Add(block.json);
        command.SetAction((parsed, token) => block.RunAsync(environment, parsed, token));
        return command;
    }

    private Task<int> RunAsync(CommandEnvironment environment, ParseResult parsed, CancellationToken cancellationToken)
    {
        var order = new BlockOrder(
            target.Read(parsed),
            Enum.Parse<BlockAction>(parsed.GetValue(action)!, ignoreCase: true),
            parsed.GetValue(reason)!,
            parsed.GetValue(duration) is { } length ? (long)Math.Ceiling(length.TotalSeconds) : null,
            parsed.GetValue(force));
        return new DaemonAccess(environment).UseAsync(
            parsed.GetValue(CommandOptions.Config),
            isOffline: false,
            "a block is written to the store by this process, and in force where a daemon runs",
            async administration => Reporting.Show(
                environment,
                parsed.GetValue(json),
                await administration.BlockAsync(order, cancellationToken),
                AdminJson.Default.BlockGiven,
                BlocksPage.Write));
    }
}
