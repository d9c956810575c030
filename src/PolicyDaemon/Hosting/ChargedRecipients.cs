using System.Net;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Hosting;

/// <summary>
/// Recipients that the policy protocol was asked about, so that the milter, which Postfix asks next about the same recipient, names the
/// message by the same instance: a limit on recipients is charged at RCPT, where no queue id is known yet, and must count once.
/// </summary>
/// <remarks>
/// smtpd asks its restrictions, then its milters, one after the other for each recipient. What is not asked for soon is forgotten: then the
/// recipient counts twice, which passes less and never more.
/// </remarks>
internal sealed class ChargedRecipients(Func<PolicySnapshot> policy, TimeProvider time)
{
    internal const int MaxKept = 10_000;

    internal static readonly TimeSpan KeepTime = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly Dictionary<Key, (string Instance, long At)> kept = [];
    private readonly Queue<(Key Key, long At)> order = new();

    /// <summary>The policy protocol was asked this, and let it pass.</summary>
    public void Note(MailRequest request, Decision decision)
    {
        if (request.Stage != SmtpStage.Rcpt || decision.Verdict is Verdict.Reject or Verdict.Defer || KeyOf(request) is not { } key) return;
        var now = time.GetTimestamp();
        lock (gate)
        {
            Trim(now);
            kept[key] = (request.Instance, now);
            order.Enqueue((key, now));
        }
    }

    /// <summary>The milter's question, by the instance that the policy protocol was told just before.</summary>
    public MailRequest Name(MailRequest request)
    {
        if (request.Stage != SmtpStage.Rcpt || KeyOf(request) is not { } key) return request;
        lock (gate)
        {
            Trim(time.GetTimestamp());

            // Taken out: the next message of the session is another, also to the same recipient.
            return kept.Remove(key, out var found) ? request with { Instance = found.Instance } : request;
        }
    }

    private Key? KeyOf(MailRequest request) =>
        request.ClientAddress is { } address && request.ClientPort > 0 && policy().Limits.Any(limit => limit.Key == LimitKey.Recipient)
            ? new Key(address, request.ClientPort, request.EnvelopeSender ?? "", request.Recipient)
            : null;

    private void Trim(long now)
    {
        while (order.TryPeek(out var oldest) && (order.Count >= MaxKept || time.GetElapsedTime(oldest.At, now) > KeepTime))
        {
            order.Dequeue();
            if (kept.TryGetValue(oldest.Key, out var found) && found.At == oldest.At) kept.Remove(oldest.Key);
        }
    }

    private readonly record struct Key(IPAddress Address, int Port, string Sender, string Recipient);
}
