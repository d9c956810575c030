using System.Buffers;
using System.IO.Pipelines;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Messages;
using PolicyDaemon.Wire;
using PolicyDaemon.Wire.Milter;

namespace PolicyDaemon.Tests.Wire.Milter;

/// <summary>Stands where the mail server stands: one connection to a session that runs, and what it answers.</summary>
internal sealed class MilterPeer
{
    public const string Offer = @"O \x00\x00\x00\x06\x00\x00\x01\xff\x00\x1f\xff\xff";
    public const string Client = @"C client.example.net\04\x9c\x40192.0.2.7\0";

    private readonly CancellationTokenSource stopping = new();
    private readonly Decide decide;

    /// <param name="pauseBytes">Unread bytes at which the session has to wait.</param>
    public MilterPeer(Decide? decide = null, MilterNeeds needs = default, int pauseBytes = 1 << 22)
    {
        this.decide = decide ?? DecideByName;
        Needs = needs;
        PipePair pair = new(pauseBytes);
        Connection = pair.Peer;
        Session = new MilterSession(pair.Session, "unix:test", DecideAsync, () => Needs, Log, Clock).RunAsync(stopping.Token);
    }

    public MilterNeeds Needs { get; set; }

    public IDuplexPipe Connection { get; }

    public ManualClock Clock { get; } = new();

    public RecordingSessionLog Log { get; } = new();

    public List<MailRequest> Questions { get; } = [];

    /// <summary>Completed when the session is over.</summary>
    public Task Session { get; }

    /// <param name="packets">As <see cref="MilterDialog"/> writes them.</param>
    public async Task SendAsync(params string[] packets)
    {
        foreach (var packet in packets) await SendAsync(MilterDialog.Packet(packet));
    }

    public async Task SendAsync(ReadOnlyMemory<byte> octets) => await Connection.Output.WriteAsync(octets);

    /// <summary>What the session has sent since the last call, as <see cref="MilterDialog"/> writes it.</summary>
    public string[] Received()
    {
        if (!Connection.Input.TryRead(out var read)) return [];
        var octets = read.Buffer.ToArray();
        Connection.Input.AdvanceTo(read.Buffer.End);
        return [.. MilterDialog.Describe(octets)];
    }

    /// <summary>The daemon stops.</summary>
    public void Stop() => stopping.Cancel();

    public static string Describe(MailRequest request) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{request.Stage} login={request.SaslUsername} from=<{request.EnvelopeSender}> to=<{request.Recipient}> recipients={request.RecipientCount} size={request.Size} client={request.ClientName}[{request.ClientAddress}] helo={request.HeloName} context={request.PolicyContext} queue={request.QueueId}{(request.IsNonSmtp ? " non-smtp" : "")}{(request.Header is { } header ? $" fields={header.Fields.Count}" : "")}");

    private ValueTask<Decision> DecideAsync(MailRequest request, CancellationToken cancellationToken)
    {
        Questions.Add(request);
        return decide(request, cancellationToken);
    }

    /// <summary>Answers as the names in the request say.</summary>
    public static ValueTask<Decision> DecideByName(MailRequest request, CancellationToken cancellationToken) => ValueTask.FromResult(request switch
    {
        { SaslUsername: "blocked" } => Decision.Refuse(
            CheckName.SenderAuthorization, Reason.SendingDisabled, new SmtpReply(554, "7.1", "Sending is 100% disabled for this account")),
        { SaslUsername: "held" } or { Recipient: "held@truenorth.local" } => Decision.Hold(CheckName.SendingBlock, Reason.BlockedLogin),
        { Recipient: "nobody@example.org" } => Decision.Refuse(CheckName.RecipientExistence, Reason.RecipientUnknown, new SmtpReply(550, "1.1", "User unknown")),
        { EnvelopeSender: "late@truenorth.local", Stage: SmtpStage.EndOfMessage } => Decision.Refuse(
            CheckName.RateLimit, Reason.LimitExceeded, new SmtpReply(450, "7.1", "Sending limit exceeded, try again later")),
        { EnvelopeSender: "forger@example.org", Stage: SmtpStage.EndOfMessage } =>
            Decision.Dunno with { Removals = [new HeaderRemoval("X-Ours", 2), new HeaderRemoval("X-Ours", 1)] },
        _ => Decision.Dunno,
    });
}
