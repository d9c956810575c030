using System.Globalization;
using PolicyDaemon.Admin;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Shows what the mail store answered.</summary>
internal static class DeliveriesPage
{
    public static void Write(Page page, DeliveryList list)
    {
        if (list.Deliveries.Count == 0) page.Line("no such delivery is known");
        else page.Table([["TIME", "QUEUE ID", "FROM", "TO", "OUTCOME", "SIZE", "NODE", "REPLY"], .. list.Deliveries.Select(Row)]);
        if (list.MissingCause is { } cause) page.Line(new Word($"the store is away, this is what the node still keeps itself: {cause}", Tone.Warning));
    }

    private static Word[] Row(DeliveryEntry delivery) =>
    [
        delivery.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        Word.Strong(delivery.QueueId.Length > 0 ? delivery.QueueId : "-"),
        delivery.Sender.Length > 0 ? delivery.Sender : "<>",
        delivery.Recipient.Length > 0 ? delivery.Recipient : "-",
        new(delivery.Outcome.ToString().ToLowerInvariant(), delivery.Outcome switch
        {
            DeliveryOutcome.Stored => Tone.Good,
            DeliveryOutcome.Refused => Tone.Bad,
            _ => Tone.Warning,
        }),
        delivery.Size.ToString(CultureInfo.InvariantCulture),
        delivery.Node,
        Word.Faint(delivery.Reply),
    ];
}
