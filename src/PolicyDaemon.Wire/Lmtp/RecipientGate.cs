using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>
/// What is decided about the recipients of one message before the backend hears of them: the rules, whether the message may be there already, and that not too many
/// deliveries to one mailbox are under way.
/// </summary>
internal sealed class RecipientGate(LmtpCommand.Mail mail, ForwardedClient client, LmtpBackends backends, Decide decide, IDeliveredBefore? before)
{
    private static readonly LmtpReply TooMany = new(452, "4.5.3 Too many recipients");
    private static readonly LmtpReply NotDecided = new(451, "4.3.0 Try again later");
    private static readonly LmtpReply TooManyAtOnce = new(451, "4.3.2 Too many deliveries to this mailbox at once");

    private readonly SortedSet<string> slots = new(StringComparer.Ordinal);
    private readonly Queue<Plan> plans = new();
    private int named;

    /// <summary>Nothing is known of the next recipient.</summary>
    public bool IsEmpty => plans.Count == 0;

    /// <summary>Finds out what can be found out without waiting, for these and in their order; it ends with the first for whom that is not all.</summary>
    /// <returns>Those of them whom the backend may be asked about.</returns>
    public (IReadOnlyList<LmtpPath> Asked, bool IsAll) Look(IEnumerable<LmtpPath> recipients, CancellationToken cancellationToken)
    {
        List<LmtpPath> asked = [];
        foreach (var recipient in recipients)
        {
            var plan = LookAt(recipient, cancellationToken);
            plans.Enqueue(plan);
            if (plan.Admission is not { } admission) return (asked, false);
            if (admission.IsAsked) asked.Add(recipient);
        }

        return (asked, true);
    }

    /// <summary>What is decided about the next recipient; waited for, if need be.</summary>
    public async ValueTask<Admission> AdmitAsync(LmtpPath recipient, CancellationToken cancellationToken)
    {
        if (IsEmpty) Look([recipient], cancellationToken);
        var plan = plans.Dequeue();
        if (plan.Admission is { } known) return known;
        if (plan.Deciding is { } deciding && Judge(recipient, await deciding) is { } judged) return judged;
        return await TryTakeSlotAsync(MailboxOf(recipient)) ? Admission.Asked : new Admission(TooManyAtOnce);
    }

    /// <summary>The message is delivered, or not.</summary>
    public void End()
    {
        foreach (var slot in slots) backends.Slots.Release(slot);
        slots.Clear();
    }

    private Plan LookAt(LmtpPath recipient, CancellationToken cancellationToken)
    {
        if (++named > LmtpLimits.MaxRecipients) return new Plan(new Admission(TooMany), null);
        var deciding = decide(ToMailRequest(recipient), cancellationToken);
        if (!deciding.IsCompletedSuccessfully) return new Plan(null, deciding.AsTask());
        if (Judge(recipient, deciding.Result) is { } judged) return new Plan(judged, null);
        var mailbox = MailboxOf(recipient);
        if (!slots.Contains(mailbox) && backends.Slots.TryTake(mailbox)) slots.Add(mailbox);
        return new Plan(slots.Contains(mailbox) ? Admission.Asked : null, null);
    }

    /// <returns>Null: the backend is to be asked.</returns>
    private Admission? Judge(LmtpPath recipient, Decision decision)
    {
        if (decision.Verdict != Verdict.Dunno) return new Admission(decision.Reply is { } refusal ? new LmtpReply(refusal.Code, $"{refusal.Status} {refusal.Text}") : NotDecided);
        return before?.IsSuspected(client.QueueId, mail.Sender.Address, recipient.Address) == true ? Admission.Withheld : null;
    }

    /// <summary>
    /// A recipient that is named twice needs one slot. Who waits for a mailbox that is behind all it has, in the order of their names, is in no ring of transactions that
    /// wait for each other; who goes against that order may be, so it does not wait long.
    /// </summary>
    private async ValueTask<bool> TryTakeSlotAsync(string mailbox)
    {
        if (slots.Contains(mailbox)) return true;
        var isInOrder = slots.Count == 0 || string.CompareOrdinal(mailbox, slots.Max) > 0;
        if (!await backends.Slots.TryTakeAsync(mailbox, isInOrder ? LmtpLimits.SlotTime : LmtpLimits.CrossedSlotTime)) return false;
        slots.Add(mailbox);
        return true;
    }

    private string MailboxOf(LmtpPath recipient)
    {
        var normalizer = backends.Rules.Normalizer;
        return normalizer.TryParse(recipient.Address, out var address) ? (normalizer.WithoutTag(address) ?? address).Text : recipient.Address;
    }

    private MailRequest ToMailRequest(LmtpPath recipient) => new()
    {
        Stage = SmtpStage.Delivery,
        EnvelopeSender = mail.Sender.Address,
        Recipient = recipient.Address,
        Size = mail.Size ?? 0,
        ClientAddress = client.Address,
        ClientName = client.Name,
        HeloName = client.Helo,
        QueueId = client.QueueId,
    };

    /// <param name="Admission">Null: it must be waited for.</param>
    /// <param name="Deciding">The rules are being asked; null: they have nothing against it, and its mailbox has to become free.</param>
    private readonly record struct Plan(Admission? Admission, Task<Decision>? Deciding);
}

/// <summary>Whether a recipient may have the message.</summary>
/// <param name="Refusal">What Postfix is told then; null: it may.</param>
/// <param name="IsWithheld">It may have it already: the backend is not asked.</param>
internal sealed record Admission(LmtpReply? Refusal, bool IsWithheld = false)
{
    public static readonly Admission Asked = new((LmtpReply?)null);

    public static readonly Admission Withheld = new(null, IsWithheld: true);

    public bool IsAsked => Refusal is null && !IsWithheld;
}
