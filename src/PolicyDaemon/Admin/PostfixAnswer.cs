using PolicyDaemon.Engine;

namespace PolicyDaemon.Admin;

/// <summary>What a decision becomes at Postfix's client.</summary>
internal static class PostfixAnswer
{
    /// <summary>
    /// The reply with the words that Postfix puts in front when the check stands in the restriction list of its stage; null when the
    /// session goes on. The reply of a milter has no words in front.
    /// </summary>
    /// <remarks>Postfix 3.7 and 3.10 src/smtpd/smtpd_check.c, smtpd_check_reject.</remarks>
    public static string? ReplyOf(MailRequest request, Decision decision)
    {
        if (decision.Reply is not { } reply) return null;
        if (request.SeesMessage) return reply.Line;
        var subject = request.Stage switch
        {
            SmtpStage.Mail => $"<{request.EnvelopeSender}>: Sender address rejected: ",
            SmtpStage.Rcpt => $"<{request.Recipient}>: Recipient address rejected: ",
            SmtpStage.Data => "<DATA>: Data command rejected: ",
            SmtpStage.EndOfMessage => "<END-OF-MESSAGE>: End-of-data rejected: ",
            _ => "",
        };
        return $"{reply.Code} {reply.Status} {subject}{reply.Text}";
    }
}
