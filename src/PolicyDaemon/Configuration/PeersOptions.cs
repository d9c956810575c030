namespace PolicyDaemon.Configuration;

/// <summary>The servers around this daemon that <c>/health/…</c> has a conversation with. LDAP and PostgreSQL are those of <c>directory</c>.</summary>
/// <param name="Smtp">Null: nobody asks; as the next three.</param>
/// <param name="Timeout">For one conversation, connecting included.</param>
/// <param name="KeptFor">How long its outcome counts before another is had.</param>
internal sealed record PeersOptions(
    EndpointAddress? Smtp, EndpointAddress? Imap, EndpointAddress? Lmtp, Uri? Webmail, TimeSpan Timeout, TimeSpan KeptFor)
{
    public bool NamesAny => Smtp is not null || Imap is not null || Lmtp is not null || Webmail is not null;
}
