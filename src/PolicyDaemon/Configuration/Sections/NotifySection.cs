using System.Net;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>notify</c> section: who is told when the daemon does something by itself.</summary>
internal static class NotifySection
{
    private static readonly EndpointAddress DefaultSmtp = new EndpointAddress.Inet(IPAddress.Loopback, 25);

    private static readonly ValueKind<Uri> Webhook = new(
        "URL",
        "an https:// URL without user and password, or http:// to this machine (127.0.0.1, [::1] or localhost)",
        ParseWebhook,
        static url => JsonText.Quote(url.OriginalString));

    public static NotifyOptions Read(Section notify)
    {
        var options = new NotifyOptions(
            notify.Optional("webhook", Webhook),
            notify.Optional("webhookTokenFile", ValueKinds.SecretFile),
            notify.List("mailTo", MailKinds.Address, []),
            notify.Value("smtp", MailKinds.Endpoint, DefaultSmtp),
            notify.Optional("from", MailKinds.Address));
        if (options is { WebhookTokenFile: not null, Webhook: null })
        {
            notify.Complain("webhookTokenFile", "there is no webhook that it could be for: expected it beside webhook only");
        }

        if (options is { From: not null, MailTo.Count: 0 }) notify.Warn("from", "is about mail, and mailTo names nobody: no mail is sent");
        return options;
    }

    private static Parsed<Uri> ParseWebhook(string text)
    {
        if (text.Length > ValueKinds.MaxTextCharacters || !Uri.TryCreate(text, UriKind.Absolute, out var url)) return Parsed<Uri>.Bad();
        var isSafe = url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback);
        return isSafe && url.UserInfo.Length == 0 && url.Host.Length > 0 ? Parsed<Uri>.Good(url) : Parsed<Uri>.Bad();
    }
}
