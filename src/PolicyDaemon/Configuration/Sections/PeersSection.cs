using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>peers</c> section: whom <c>/health/…</c> has a conversation with.</summary>
internal static class PeersSection
{
    private static readonly ValueKind<Uri> Page = new(
        "page",
        "the http:// or https:// URL of a page, without user and password",
        static text => Uri.TryCreate(text, UriKind.Absolute, out var page) && (page.Scheme == Uri.UriSchemeHttps || page.Scheme == Uri.UriSchemeHttp)
            && page.UserInfo.Length == 0 && page.Host.Length > 0 ? Parsed<Uri>.Good(page) : Parsed<Uri>.Bad(),
        static page => JsonText.Quote(page.OriginalString));

    private static readonly ValueKind<TimeSpan> Patience = ValueKinds.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
    private static readonly ValueKind<TimeSpan> Keeping = ValueKinds.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));

    public static PeersOptions Read(Section peers, ListenOptions listen)
    {
        var options = new PeersOptions(
            peers.Optional("smtp", MailKinds.Endpoint),
            peers.Optional("imap", MailKinds.Endpoint),
            peers.Optional("lmtp", MailKinds.Endpoint),
            peers.Optional("webmail", Page),
            peers.Value("timeout", Patience, TimeSpan.FromSeconds(5)),
            peers.Value("keptFor", Keeping, TimeSpan.FromSeconds(10)));
        if (!options.NamesAny || listen.Http.Count > 0) return options;
        foreach (var name in new[] { "smtp", "imap", "lmtp", "webmail" }.Where(peers.IsSet)) peers.Warn(name, "is asked for over listen.http, which is not set: nobody asks");
        return options;
    }
}
