using PolicyDaemon.Configuration;

namespace PolicyDaemon.Http.Peers;

/// <summary>The peers that a configuration names: those of <c>peers</c>, and the servers of <c>directory</c>.</summary>
internal static class ConfiguredPeers
{
    public static IReadOnlyList<IPeer> Of(DaemonOptions options, TimeProvider time)
    {
        var peers = new List<IPeer>();
        if (options.Peers.Smtp is { } smtp) peers.Add(new MailPeer(PeerNames.Smtp, smtp, "EHLO"));
        if (options.Peers.Imap is { } imap) peers.Add(new ImapPeer(PeerNames.Imap, imap));
        if (options.Peers.Lmtp is { } lmtp) peers.Add(new MailPeer(PeerNames.Lmtp, lmtp, "LHLO"));
        if (options.Directory.Postgres?.Server is { } postgres) peers.Add(new DatabasePeer(postgres, options.Store is PostgresStoreOptions));
        if (options.Directory.Ldap?.Server is { } ldap) peers.Add(new LdapPeer(ldap, time));
        if (options.Peers.Webmail is { } webmail) peers.Add(new WebPeer(PeerNames.Webmail, webmail));
        return peers;
    }
}
