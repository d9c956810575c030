using System.Globalization;
using PolicyDaemon.MailQueue;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Shows the messages that were moved in Postfix's queue, or would be.</summary>
internal static class QueuePage
{
    public static void Write(Page page, QueueOrder order, QueueReport report)
    {
        if (report.Messages.Count == 0)
        {
            page.Line(order.IsRelease ? "no such mail is held" : "no such mail is in the queue, or all of it is held already");
            return;
        }

        page.Table([["QUEUE ID", "QUEUE", "ARRIVED", "SIZE", "LOGIN", "FROM", "TO"], .. report.Messages.Select(Row)]);
        page.Line($"{report.Messages.Count} {(report.Messages.Count == 1 ? "message" : "messages")} {(report.IsDryRun ? "would be " : "")}{(order.IsRelease ? "released" : "held")}");
    }

    private static Word[] Row(QueuedMessage message) =>
    [
        Word.Strong(message.QueueId),
        message.Queue,
        Times.Moment(message.Arrived),
        message.Size.ToString(CultureInfo.InvariantCulture),
        message.Login.Length > 0 ? message.Login : "-",
        message.Sender,
        message.Recipients switch
        {
            [] => "-",
            [var only] => only,
            [var first, ..] => string.Create(CultureInfo.InvariantCulture, $"{first} and {message.Recipients.Count - 1} more"),
        },
    ];
}
