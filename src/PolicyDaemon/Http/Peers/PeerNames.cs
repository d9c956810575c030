namespace PolicyDaemon.Http.Peers;

/// <summary>The programs beside this daemon, as path, metric and documentation call them.</summary>
internal static class PeerNames
{
    public const string Smtp = "smtp";
    public const string Imap = "imap";
    public const string Lmtp = "lmtp";
    public const string Database = "database";
    public const string Ldap = "ldap";
    public const string Webmail = "webmail";

    public static IReadOnlyList<string> All { get; } = [Smtp, Imap, Lmtp, Database, Ldap, Webmail];

    /// <summary>The key of the configuration that says where it is.</summary>
    public static string KeyOf(string name) => name switch
    {
        Database => "directory.postgres",
        Ldap => "directory.ldap",
        _ => $"peers.{name}",
    };
}
