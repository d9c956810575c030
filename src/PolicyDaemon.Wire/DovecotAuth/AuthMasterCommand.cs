namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>One line from imap, pop3, lmtp, lda or doveadm.</summary>
/// <remarks>Source: Dovecot doc/auth-protocol.txt, "Server &lt;-&gt; Master"; src/auth/auth-master-connection.c of 2.3.19 and 2.4.1.</remarks>
internal abstract record AuthMasterCommand
{
    private AuthMasterCommand()
    {
    }

    /// <param name="Minor">0 or 1: Dovecot 2.3; 2 and more: 2.4.</param>
    public sealed record Version(uint Major, uint Minor) : AuthMasterCommand;

    /// <summary>Where is this mailbox?</summary>
    /// <param name="Service">lmtp, doveadm, …; empty when not said.</param>
    public sealed record User(uint Id, string Name, string Service) : AuthMasterCommand;

    /// <summary>What does the passdb say about this login? Asked by proxies.</summary>
    public sealed record Pass(uint Id, string Name, string Service) : AuthMasterCommand;

    /// <param name="Mask">Which users, with <c>*</c> and <c>?</c>.</param>
    public sealed record List(uint Id, string Mask) : AuthMasterCommand;

    /// <summary>Who logged in there? Names the login process, its AUTH id and the cookie of its connection.</summary>
    public sealed record Request(uint Id, uint ClientProcess, uint AuthId, string Cookie) : AuthMasterCommand;

    /// <param name="Users">Empty: all.</param>
    public sealed record CacheFlush(uint Id, IReadOnlyList<string> Users) : AuthMasterCommand;
}
