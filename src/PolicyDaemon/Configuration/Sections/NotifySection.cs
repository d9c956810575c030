using System.Net;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>notify</c> section: who is told when the daemon does something by itself.</summary>
internal static class NotifySection
{
    private static readonly EndpointAddress DefaultSmtp = new EndpointAddress.Inet(IPAddress.Loopback, 25);

    private static readonly ValueKind<Uri> Webhook = new(
        "URL",
        WebhookUrl.Expected,
        static text => WebhookUrl.TryParse(text, out var url) ? Parsed<Uri>.Good(url) : Parsed<Uri>.Bad(),
        static url => JsonText.Quote(url.OriginalString));

    private static readonly ValueKind<string> WebhookFile = ValueKinds.SecretFile.Where(
        static file => WebhookUrl.Read(file) is not null, $"the absolute path of a file that holds {WebhookUrl.Expected}, and nothing else");

    public static NotifyOptions Read(Section notify)
    {
        var options = new NotifyOptions(
            notify.Optional("webhook", Webhook),
            notify.Optional("webhookFile", WebhookFile),
            notify.Optional("webhookTokenFile", ValueKinds.SecretFile),
            notify.List("mailTo", MailKinds.Address, []),
            notify.Value("smtp", MailKinds.Endpoint, DefaultSmtp),
            notify.Optional("from", MailKinds.Address),
            (int)notify.Value("perHour", ValueKinds.Number("notices", 1, 10_000), 20),
            notify.Value("after", ValueKinds.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)), TimeSpan.FromSeconds(20)),
            (int)notify.Value("guardLocks", ValueKinds.Number("locks", 0, 1000), 20));
        if (options is { Webhook: not null, WebhookFile: not null }) notify.Complain("webhook", "is a second URL: expected webhook or webhookFile");
        if (options is { WebhookTokenFile: not null, HasWebhook: false })
        {
            notify.Complain("webhookTokenFile", "there is no webhook that it could be for: expected it beside webhook or webhookFile only");
        }

        notify.WarnOfReaders("webhookFile", options.WebhookFile);
        notify.WarnOfReaders("webhookTokenFile", options.WebhookTokenFile);
        if (options is { From: not null, MailTo.Count: 0 }) notify.Warn("from", "is about mail, and mailTo names nobody: no mail is sent");
        return options;
    }
}
