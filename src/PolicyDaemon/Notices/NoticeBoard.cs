using System.Globalization;
using PolicyDaemon.Configuration;
using PolicyDaemon.Hosting;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Notices;

/// <summary>Takes notices and gives a copy of each to everybody whom the configuration names. Never waits for anybody.</summary>
internal sealed class NoticeBoard : IAsyncDisposable
{
    private const string WebhookChannel = "webhook";

    private readonly Func<NotifyOptions> options;
    private readonly NoticeRate rate = new();
    private readonly ContainmentLog lines;
    private readonly TimeProvider time;
    private readonly WebhookCall webhook = new();
    private readonly NoticeQueue webhooks;
    private readonly NoticeQueue mails;

    /// <param name="options">Those in force.</param>
    public NoticeBoard(Func<NotifyOptions> options, DaemonLog log, DaemonMetrics metrics, TimeProvider time)
    {
        (this.options, this.time) = (options, time);
        lines = new ContainmentLog(log);
        webhooks = new NoticeQueue(WebhookChannel, (notice, _, token) => webhook.SendAsync(notice, options(), token), lines, metrics, time);
        mails = new NoticeQueue("mail", (notice, to, token) => MailAsync(notice, to, options(), token), lines, metrics, time);
    }

    /// <param name="notice">Its field <c>event</c> is its kind.</param>
    public void Post(Notice notice)
    {
        var now = options();
        if (now is { HasWebhook: false, MailTo.Count: 0 }) return;
        var kind = (string?)notice.Fields["event"] ?? "";
        if (!rate.TryTake(kind, now.PerHour, time.GetUtcNow(), out var until))
        {
            lines.Withheld(notice.Id, kind, notice.Subject, until);
            return;
        }

        if (until is { } moment) notice = notice with { Text = notice.Text + Last(now.PerHour, moment) };

        // Of the URL the host is enough: its path may be what gives access.
        if ((now.WebhookFile ?? now.Webhook?.GetLeftPart(UriPartial.Authority)) is { } shown) webhooks.Add(notice, shown);
        foreach (var address in now.MailTo) mails.Add(notice, address);
    }

    public async ValueTask DisposeAsync()
    {
        await webhooks.DisposeAsync();
        await mails.DisposeAsync();
        webhook.Dispose();
    }

    private static string Last(int most, DateTimeOffset until) => string.Create(CultureInfo.InvariantCulture, $"""

        This is notice {most} of its kind within an hour. Before {until.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'} you are told no more of this kind; the log has a line
        notice_withheld for each.

        """);

    private static async Task MailAsync(Notice notice, string to, NotifyOptions options, CancellationToken cancellationToken)
    {
        await using var connection = await SocketConnection.ConnectAsync(options.Smtp, cancellationToken);
        await new SmtpDelivery(connection).SendAsync(to, MailText.Write(notice, options.From ?? options.MailTo.FirstOrDefault(to), to), cancellationToken);
    }
}
