using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Wire;
using PolicyDaemon.Wire.PostfixPolicy;

namespace PolicyDaemon.Tests.Wire.PostfixPolicy;

/// <summary>Stands where Postfix stands: one connection to a session that runs, and what it answers.</summary>
internal sealed class PolicyPeer
{
    public const string Request = "request=smtpd_access_policy\nprotocol_state=RCPT\n\n";
    public const string Dunno = "action=DUNNO\n\n";

    private readonly CancellationTokenSource stopping = new();

    /// <param name="pauseBytes">Unread bytes at which the session has to wait.</param>
    public PolicyPeer(Decide? decide = null, int pauseBytes = 1 << 20)
    {
        PipePair pair = new(pauseBytes);
        Connection = pair.Peer;
        Session = new PolicySession(pair.Session, "unix:test", decide ?? DecideByLogin, Log, Clock).RunAsync(stopping.Token);
    }

    public IDuplexPipe Connection { get; }

    public ManualClock Clock { get; } = new();

    public RecordingSessionLog Log { get; } = new();

    /// <summary>Completed when the session is over.</summary>
    public Task Session { get; }

    public async Task SendAsync(string text) => await Connection.Output.WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>What the session has sent since the last call.</summary>
    public string Received()
    {
        if (!Connection.Input.TryRead(out var read)) return "";
        var text = Encoding.UTF8.GetString(read.Buffer.ToArray());
        Connection.Input.AdvanceTo(read.Buffer.End);
        return text;
    }

    /// <summary>The daemon stops.</summary>
    public void Stop() => stopping.Cancel();

    /// <summary>Answers as its name says when the login is <c>blocked</c>, <c>held</c> or <c>unavailable</c>, or the recipient <c>nobody</c>.</summary>
    public static ValueTask<Decision> DecideByLogin(MailRequest request, CancellationToken cancellationToken) => ValueTask.FromResult(request switch
    {
        { SaslUsername: "blocked" } => Decision.Refuse(
            CheckName.SenderAuthorization, Reason.SendingDisabled, new SmtpReply(554, "7.1", "Sending is disabled for this account")),
        { SaslUsername: "held" } => Decision.Hold(CheckName.SendingBlock, Reason.BlockedLogin),
        { SaslUsername: "unavailable" } => Decision.Refuse(
            CheckName.SenderAuthorization, Reason.DirectoryUnavailable, new SmtpReply(451, "3.0", "Temporary lookup failure, try again later")),
        { Recipient: "nobody@example.org" } => Decision.Refuse(
            CheckName.RecipientExistence, Reason.RecipientUnknown, new SmtpReply(550, "1.1", "User unknown")),
        _ => Decision.Dunno,
    });
}
