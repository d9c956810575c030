using System.Globalization;
using System.Text;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>Our lines in both auth protocols, with their LF.</summary>
internal static class AuthReplyCodec
{
    /// <summary>Asks for the login name, base64 of <c>Username:</c>.</summary>
    public const string AskUsername = "VXNlcm5hbWU6";

    /// <summary>Asks for the password, base64 of <c>Password:</c>.</summary>
    public const string AskPassword = "UGFzc3dvcmQ6";

    /// <summary>
    /// The whole handshake at once: a client that waits for it before it says its own part would wait for ever otherwise. MECH comes before SPID,
    /// or Postfix takes the socket for one of Dovecot's master side.
    /// </summary>
    /// <remarks>Version 1.2: no channel binding and no CANCELLED is expected of us.</remarks>
    public static byte[] ClientHandshake(uint serverId, uint connectionId, string cookie) => Bytes(string.Create(
        CultureInfo.InvariantCulture,
        $"VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tLOGIN\tplaintext\nSPID\t{serverId}\nCUID\t{connectionId}\nCOOKIE\t{cookie}\nDONE\n"));

    public static byte[] MasterHandshake(uint serverId) => Bytes(string.Create(CultureInfo.InvariantCulture, $"VERSION\t1\t1\nSPID\t{serverId}\n"));

    /// <param name="challenge">base64; may be empty.</param>
    public static byte[] Continue(uint id, string challenge) => Bytes(string.Create(CultureInfo.InvariantCulture, $"CONT\t{id}\t{challenge}\n"));

    public static byte[] Accepted(uint id, string user) => Reply("OK", id).Add("user", user).End();

    public static byte[] Refused(uint id, string login, AuthenticationAnswer answer)
    {
        var reply = Reply("FAIL", id).Add("user", login);
        if (answer.PublicText is { } text) reply.Add("reason", text);
        return answer.Kind switch
        {
            RefusalKind.AccountDisabled => reply.Add("code", "user_disabled").End(),
            RefusalKind.Authorization => reply.Add("code", "authz_fail").End(),
            _ => reply.End(),
        };
    }

    /// <summary>Nothing is known: never without its code, which is all that tells it from a wrong password.</summary>
    public static byte[] TryLater(uint id, string login) => Reply("FAIL", id).Add("user", login).Add("code", "temp_fail").End();

    /// <summary>The client's message was not one; the password was not looked at.</summary>
    public static byte[] Unreadable(uint id) => Reply("FAIL", id).Add("reason", "Invalid data").Add("code", "invalid_base64").End();

    /// <summary>A mechanism that was not offered.</summary>
    public static byte[] Unsupported(uint id) => Reply("FAIL", id).Add("reason", "Unsupported authentication mechanism").End();

    public static byte[] Failed(uint id) => Reply("FAIL", id).End();

    /// <param name="isOld">The peer is a Dovecot 2.3.</param>
    public static byte[] User(uint id, Mailbox mailbox, bool isOld)
    {
        var reply = Reply("USER", id).Add(mailbox.User);
        reply.Add("uid", mailbox.Uid.ToString(CultureInfo.InvariantCulture)).Add("gid", mailbox.Gid.ToString(CultureInfo.InvariantCulture)).Add("home", mailbox.Home);
        if (mailbox.Mail is { } mail) AddMail(reply, mail, isOld);
        if (mailbox.QuotaOctets is { } quota) AddQuota(reply, quota, isOld);
        return reply.End();
    }

    public static byte[] Pass(uint id, string user) => Reply("PASS", id).Add("user", user).End();

    public static byte[] NotFound(uint id) => Reply("NOTFOUND", id).End();

    public static byte[] Listed(uint id, string user) => Reply("LIST", id).Add(user).End();

    /// <param name="isComplete">False: not all users could be listed, and doveadm says so.</param>
    public static byte[] ListEnd(uint id, bool isComplete) => isComplete ? Reply("DONE", id).End() : Reply("DONE", id).Add("fail").End();

    public static byte[] Flushed(uint id, int count) => Reply("OK", id).Add(count.ToString(CultureInfo.InvariantCulture)).End();

    /// <summary>Dovecot 2.4 has two settings for it.</summary>
    private static void AddMail(AuthReply reply, string mail, bool isOld)
    {
        var colon = mail.IndexOf(':', StringComparison.Ordinal);
        if (isOld || colon < 0) reply.Add("mail", mail);
        else reply.Add("mail_driver", mail[..colon]).Add("mail_path", mail[(colon + 1)..]);
    }

    /// <summary>Both count in KiB when they are told so; 2.3 knows no smaller unit than its own default.</summary>
    private static void AddQuota(AuthReply reply, long octets, bool isOld)
    {
        var amount = string.Create(CultureInfo.InvariantCulture, $"{octets}B");
        if (isOld) reply.Add("quota_rule", $"*:storage={amount}");
        else reply.Add("quota_storage_size", amount);
    }

    private static AuthReply Reply(string name, uint id) => new(name, id);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
