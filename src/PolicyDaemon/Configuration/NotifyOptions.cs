namespace PolicyDaemon.Configuration;

/// <summary>Who is told when the daemon does something by itself.</summary>
/// <param name="Webhook">Null: none here.</param>
/// <param name="WebhookFile">Holds the webhook's URL, where that is a secret itself; null: <paramref name="Webhook"/>, or none.</param>
/// <param name="WebhookTokenFile">Whose content is sent as a bearer token; null: none is.</param>
/// <param name="MailTo">Addresses; empty: no mail.</param>
/// <param name="Smtp">The server that takes the mail.</param>
/// <param name="From">The address in the From line; null: the first of <paramref name="MailTo"/>.</param>
internal sealed record NotifyOptions(
    Uri? Webhook, string? WebhookFile, string? WebhookTokenFile, IReadOnlyList<string> MailTo, EndpointAddress Smtp, string? From)
{
    public bool HasWebhook => Webhook is not null || WebhookFile is not null;
}
