using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>Tells the observer what became of one message's recipients, before Postfix hears of it.</summary>
internal sealed class DeliveryReport(IDeliveryObserver observer, string queueId, string sender, string backend, TimeProvider time)
{
    private long started = time.GetTimestamp();

    /// <summary>Octets of the content, once it is there.</summary>
    public long Size { get; set; }

    /// <summary>SHA-256 of the content, once it is there.</summary>
    public string Digest { get; set; } = "";

    /// <summary>From here on an answer is waited for.</summary>
    public void Start() => started = time.GetTimestamp();

    public ValueTask TellAsync(SmtpStage stage, IEnumerable<(LmtpPath? Recipient, ReplyVerdict Verdict)> answers) =>
        observer.OnDeliveriesAsync(
        [
            .. answers.Select(answer => new Delivery
            {
                Outcome = answer.Verdict.Outcome,
                Stage = stage,
                QueueId = queueId,
                Sender = sender,
                Recipient = answer.Recipient?.Address ?? "",
                Size = Size,
                Digest = Digest,
                Backend = backend,
                Reply = answer.Verdict.Said,
                Elapsed = time.GetElapsedTime(started),
            }),
        ]);
}
