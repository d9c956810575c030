using Microsoft.AspNetCore.Http;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.AuthHttp;

/// <summary>Where is this mailbox? Asked by the shipped Lua script for imap, pop3, managesieve, lmtp, lda and doveadm.</summary>
/// <param name="userdb">Of the moment.</param>
internal sealed class UserdbEndpoint(Func<IUserdb> userdb)
{
    public const string Path = "/userdb";

    public async Task ServeAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context);
        using var form = FormBody.Parse(body.Octets).With("login");
        var mailbox = await userdb().FindAsync(form.Text("login"), context.RequestAborted);
        var reply = mailbox.IsFound ? ToReply(mailbox.Value) : mailbox.IsNotFound ? FormReply.No("unknown") : FormReply.Unavailable;
        await reply.SendAsync(context);
    }

    private static FormReply ToReply(Mailbox mailbox)
    {
        var reply = FormReply.Ok.Add("user", mailbox.User).Add("uid", mailbox.Uid).Add("gid", mailbox.Gid).Add("home", mailbox.Home);
        if (mailbox.Mail is { } mail) reply.Add("mail", mail);
        if (mailbox.QuotaOctets is { } quota) reply.Add("quota", quota);
        return reply;
    }
}
