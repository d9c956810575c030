using System.Globalization;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Support.Kills;

/// <summary>
/// What became of each message for each recipient: Postfix's log, the mailboxes and the ledger beside each other. A message that is there twice is explained when the
/// ledger could not know of the copy too many; everything else that is not as it should be is a <see cref="Faults">fault</see>.
/// </summary>
internal sealed class Reckoning(IReadOnlyList<DoneKill> kills, DeliveryAttempts attempts, StoredCopies copies, LedgerContent ledger)
{
    /// <summary>By how much times may differ that belong together: logs have whole seconds, and machines stall.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    /// <summary>Dovecot goes on with a message when nobody hears it any more, and waits two minutes for each lock that a killed process has left.</summary>
    private static readonly TimeSpan Alone = TimeSpan.FromMinutes(10);

    private readonly List<string> faults = [];

    public IReadOnlyList<string> Faults => faults;

    /// <summary>Recipients that have their message.</summary>
    public int Delivered { get; private set; }

    public int Refused { get; private set; }

    /// <summary>Copies too many, of which the ledger says <c>unknown</c>: Dovecot or the connection to it was gone before it had answered.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Copies too many, of which the ledger has nothing: the daemon was gone before the answer of Dovecot was on record.</summary>
    public int Unrecorded { get; private set; }

    public void Judge(SentMessage message)
    {
        foreach (string recipient in message.Recipients)
        {
            IReadOnlyList<DeliveryAttempt> tried = attempts.Of(message.QueueId, AddressOf(recipient));
            IReadOnlyList<StoredCopy> stored = copies.Of(message.Number, recipient);
            bool isRefused = SentMessage.IsRefused(recipient);
            Expect(tried.Count > 0 && tried[^1].Status == (isRefused ? "bounced" : "sent"), "Postfix did not end so", message, recipient);
            Expect(tried.SkipLast(1).All(attempt => attempt.Status == "deferred"), "Postfix had ended with it before", message, recipient);
            if (isRefused) JudgeRefused(message, recipient, stored);
            else JudgeDelivered(message, recipient, stored, [.. tried.Where(attempt => attempt.IsLostAtEnd)]);
        }
    }

    private void JudgeRefused(SentMessage message, string recipient, IReadOnlyList<StoredCopy> stored)
    {
        Expect(stored.Count == 0, "refused, and there", message, recipient);
        Refused++;
    }

    private void JudgeDelivered(SentMessage message, string recipient, IReadOnlyList<StoredCopy> stored, List<DeliveryAttempt> lostAtEnd)
    {
        IReadOnlyList<string> sessions = ledger.FindSessions(message.QueueId, AddressOf(recipient));
        Expect(stored.All(copy => copy.IsWhole), "not as it was sent", message, recipient);
        Expect(sessions.Count == 1, "not acknowledged once", message, recipient);
        Expect(sessions.All(session => stored.Count(copy => copy.Session == session) == 1), "lost: acknowledged, and not there", message, recipient);
        var unknown = ledger.FindUnknown(message.QueueId, AddressOf(recipient)).ToList();

        // In the order of time: otherwise a later copy takes the reason that is the only one of an earlier.
        foreach (StoredCopy copy in stored.Where(copy => !sessions.Contains(copy.Session)).OrderBy(copy => copy.At))
        {
            if (unknown.FindIndex(span => IsIn(copy.At, span.From, span.To + Alone)) is var at and >= 0)
            {
                unknown.RemoveAt(at);
                Unanswered++;
            }
            else if (lostAtEnd.FindIndex(attempt => IsIn(copy.At, attempt.At - attempt.Spent, attempt.At + Alone) && WasDaemonGone(attempt, stored)) is var lost and >= 0)
            {
                lostAtEnd.RemoveAt(lost);
                Unrecorded++;
            }
            else
            {
                Expect(false, $"there twice, without a reason: {copy}", message, recipient);
            }
        }

        Delivered++;
    }

    /// <summary>
    /// The daemon was killed when Postfix lost its connection. Or that was cut, and then the daemon was killed while Dovecot was still busy: before the message was brought
    /// again and stored once more.
    /// </summary>
    private bool WasDaemonGone(DeliveryAttempt attempt, IReadOnlyList<StoredCopy> stored)
    {
        bool wasCut = kills.Any(kill => kill.Target == KillTarget.FrontLink && IsIn(attempt.At, kill.From, kill.To));
        DateTimeOffset until = wasCut ? stored.Max(copy => copy.At) : attempt.At;
        return kills.Any(kill => kill.HitDaemon && kill.To >= attempt.At - Slack && kill.From <= until + Slack);
    }

    private static bool IsIn(DateTimeOffset at, DateTimeOffset from, DateTimeOffset to) => at >= from - Slack && at <= to + Slack;

    private void Expect(bool isSo, string fault, SentMessage message, string recipient)
    {
        if (!isSo) faults.Add(string.Create(CultureInfo.InvariantCulture, $"{message.Number} {message.QueueId} {recipient}: {fault}"));
    }
}
