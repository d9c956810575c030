using System.CommandLine;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Did it arrive?</summary>
internal static class DeliveriesCommand
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var queueId = new Option<string?>("--queue-id") { HelpName = "ID", Description = "Postfix's queue id, as in its log." };
        var recipient = new Option<string?>("--recipient") { HelpName = "ADDRESS", Description = "As Postfix gave it to the mail store; upper and lower case are the same." };
        var since = CommandOptions.Duration("--since", "No longer ago than this.");
        var most = CommandOptions.Count("--most", "The latest of them. Default: 1000, at most 10000.");
        var command = new TaughtCommand("deliveries", "Did it arrive? Show what the mail store answered for each recipient.")
        {
            Details =
            [
                "stored: the mail store said that it has it. refused: for good. deferred: it was tried again later. unknown: the mail store had all of it and did not say what became of it.",
                "Give at least one of --queue-id, --recipient and --since. The running daemon has what the store does not have yet, so this needs one.",
            ],
            Examples =
            [
                new("One message", "deliveries --queue-id 4jX2Dd06rBz1k61j"),
                new("What came for alice today", "deliveries --recipient alice@example.org --since 24h"),
                new("What was refused within the hour, for a script", "deliveries --since 1h --json | jq '.deliveries[] | select(.outcome == \"refused\")'"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "every message that is shown arrived for every recipient"),
                (ExitStatus.No, "one did not, or no such delivery is known"),
                (ExitStatus.CannotTell, "no daemon answers, no mail is delivered through it, the store is away, or the command was not understood"),
            ],
        };
        command.Add(queueId);
        command.Add(recipient);
        command.Add(since);
        command.Add(most);
        return command.AsksDaemon(
            environment,
            (administration, parsed, token) => administration.FindDeliveriesAsync(
                new DeliveryRequest(parsed.GetValue(queueId), parsed.GetValue(recipient), (long?)parsed.GetValue(since)?.TotalMilliseconds, parsed.GetValue(most) ?? 1000), token),
            AdminJson.Default.DeliveryList,
            DeliveriesPage.Write,
            list => list.MissingCause is not null && !list.HaveArrived ? ExitStatus.CannotTell : list.HaveArrived ? ExitStatus.Yes : ExitStatus.No);
    }
}
