namespace PolicyDaemon.Configuration;

/// <summary>Who is told when the daemon does something by itself.</summary>
/// <param name="Webhook">Null: none here.</param>
/// <param name="WebhookFile">Holds the webhook's URL, where that is a secret itself; null: <paramref name="Webhook"/>, or none.</param>
/// <param name="WebhookTokenFile">Whose content is sent as a bearer token; null: none is.</param>
/// <param name="MailTo">Addresses; empty: no mail.</param>
/// <param name="Smtp">The server that takes the mail.</param>
/// <param name="From">The address in the From line; null: the first of <paramref name="MailTo"/>.</param>
/// <param name="PerHour">Notices of one kind within an hour; what is more is in the log alone.</param>
/// <param name="After">How long a directory or the store is away before people are told.</param>
/// <param name="GuardLocks">So many locks of the guard within ten minutes are a storm; 0: nobody is told.</param>
internal sealed record NotifyOptions(
    Uri? Webhook, string? WebhookFile, string? WebhookTokenFile, IReadOnlyList<string> MailTo, EndpointAddress Smtp, string? From, int PerHour, TimeSpan After, int GuardLocks)
{
    public bool HasWebhook => Webhook is not null || WebhookFile is not null;
}
