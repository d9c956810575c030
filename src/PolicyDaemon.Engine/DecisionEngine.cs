using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Engine.Storage;

namespace PolicyDaemon.Engine;

/// <summary>
/// May this happen? Asks the checks in order; the first Reject or Defer stands. The one place where mode, missing facts and the
/// deadline are applied, and where a decision leaves.
/// </summary>
public sealed class DecisionEngine
{
    private readonly PolicySnapshot policy;
    private readonly IDirectory directory;
    private readonly IDecisionObserver observer;
    private readonly TimeProvider time;
    private readonly ICheck[] order;
    private readonly ICheck[] orderForOutsiders;
    private readonly ICheck[] orderForMessages;
    private readonly ICheck[] orderForMessagesOfOutsiders;
    private readonly ICheck[] orderForDelivery;
    private readonly RateLimit limit;
    private readonly Spares<Workplace> workplaces;

    public DecisionEngine(PolicySnapshot policy, FactSources sources, IDecisionObserver observer, TimeProvider time)
    {
        this.policy = policy;
        this.observer = observer;
        this.time = time;
        directory = sources.Directory;
        workplaces = new Spares<Workplace>(() => new Workplace(policy, sources.Directory, time));

        ICheck room = new StorageRoom(sources.Storage);
        ICheck block = new SendingBlock(sources.Blocks);
        ICheck authorization = new SenderAuthorization();
        ICheck binding = new IdentityBinding();
        ICheck header = new HeaderFrom();
        ICheck message = new MessageCheck();
        ICheck existence = new RecipientExistence(sources.MailboxQuota);
        limit = new RateLimit(sources.Counters);

        // A block is the administrator's last word, so it comes first. Mail that is refused is not charged, so limits come last.
        order = [block, authorization, binding, existence, limit];
        orderForMessages = [block, authorization, binding, header, existence, message, limit];

        // A client from outside must not learn from the reply which of our accounts may send: that the sender needs a login is
        // all it is told. Where there is no room nothing else need be asked.
        orderForOutsiders = [room, block, binding, authorization, existence, limit];
        orderForMessagesOfOutsiders = [room, block, binding, authorization, header, existence, message, limit];

        // Whether it may be sent was decided when it came in.
        orderForDelivery = [room, existence];
    }

    /// <summary>Decides one request within the policy's deadline. Does not throw but for a cancelled token.</summary>
    public async ValueTask<Decision> DecideAsync(MailRequest request, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var workplace = workplaces.Take();
        try
        {
            workplace.Begin(request, time.GetUtcNow(), cancellationToken);
            var decision = await DecideAsync(workplace);
            observer.OnDecision(request, decision, new DecisionFacts(time.GetElapsedTime(started), workplace.Context.OldestAge, workplace.Context.AccountName));
            return decision;
        }
        finally
        {
            if (workplace.TryEnd()) workplaces.Give(workplace);
        }
    }

    /// <summary>Asks every check, also those behind one that refuses, charges nothing and tells no observer.</summary>
    public async ValueTask<Explanation> ExplainAsync(MailRequest request, CancellationToken cancellationToken)
    {
        var context = new DecisionContext(request, policy, directory, time.GetUtcNow(), isRehearsal: true);
        using var deadline = new Deadline(policy.Deadline, time, cancellationToken);
        var walk = new Walk();
        var steps = new List<CheckStep>();
        foreach (var check in OrderFor(context))
        {
            var facts = new List<Fact>();
            context.Facts = facts;
            var settings = await SettingsAsync(check, context, deadline);
            var isOff = settings.Mode == CheckMode.Off;
            var result = isOff ? CheckResult.Dunno("the check is off") : await AskAsync(check, context, deadline);
            steps.Add(new CheckStep(check.Name, settings, !walk.IsOver && !isOff, result, Walk.Alone(check.Name, settings, result), facts));
            if (!walk.IsOver && !isOff) walk.Add(check.Name, settings, result);
        }

        return new Explanation(walk.ToDecision(), context.OldestAge, steps);
    }

    private async ValueTask<Decision> DecideAsync(Workplace workplace)
    {
        var (context, walk, deadline) = (workplace.Context, workplace.Walk, workplace.Deadline);
        foreach (var check in OrderFor(context))
        {
            var settings = await SettingsAsync(check, context, deadline);
            if (settings.Mode == CheckMode.Off) continue;
            walk.Add(check.Name, settings, await AskAsync(check, context, deadline));
            if (walk.IsOver) break;
        }

        var decision = walk.ToDecision();
        if (IsRefusedAtEnd(context.Request, decision)) await GiveBackAsync(context.Request, decision, deadline);
        return decision;
    }

    private ICheck[] OrderFor(DecisionContext context) => (context.Request.SeesMessage, context.Origin) switch
    {
        _ when context.Request.Stage == SmtpStage.Delivery => orderForDelivery,
        (true, ClientOrigin.Outside) => orderForMessagesOfOutsiders,
        (true, _) => orderForMessages,
        (_, ClientOrigin.Outside) => orderForOutsiders,
        _ => order,
    };

    /// <summary>Mail that we refuse is not charged.</summary>
    private bool IsRefusedAtEnd(MailRequest request, Decision decision) =>
        request.Stage == SmtpStage.EndOfMessage && policy.Limits.Count > 0 && decision.Verdict is Verdict.Reject or Verdict.Defer;

    /// <summary>What cannot be given back now stays charged: less may pass than could, never more.</summary>
    private async ValueTask GiveBackAsync(MailRequest request, Decision decision, Deadline deadline)
    {
        try
        {
            await deadline.WaitAsync(async token =>
            {
                // What the limits themselves refuse they have not charged; its recipients were charged before.
                if (decision.Check != CheckName.RateLimit) await limit.GiveBackAsync(request, token);
                await limit.GiveBackAsync(request.RecipientCharges, token);
                return true;
            });
        }
        catch (Exception exception) when (IsAnswerable(exception, deadline))
        {
            if (!IsMissedDeadline(exception, deadline)) observer.OnFault(request, CheckName.RateLimit, exception);
        }
    }

    private async ValueTask<CheckSettings> SettingsAsync(ICheck check, DecisionContext context, Deadline deadline)
    {
        var policyContext = context.Request.PolicyContext;
        if (!policy.HasDomainOverride(check.Name)) return policy.SettingsFor(check.Name, null, policyContext);
        try
        {
            var domain = await deadline.WaitAsync((check, context), static (asked, token) => asked.context.FindPolicyDomainAsync(asked.check.Name, token));
            if (domain.IsKnown) return policy.SettingsFor(check.Name, domain.Name, policyContext);
        }
        catch (Exception exception) when (IsAnswerable(exception, deadline))
        {
            if (!IsMissedDeadline(exception, deadline)) observer.OnFault(context.Request, check.Name, exception);
        }

        return policy.StrictestFor(check.Name, policyContext);
    }

    private async ValueTask<CheckResult> AskAsync(ICheck check, DecisionContext context, Deadline deadline)
    {
        try
        {
            return await deadline.WaitAsync((check, context), static (asked, token) => asked.check.DecideAsync(asked.context, token));
        }
        catch (Exception exception) when (IsAnswerable(exception, deadline))
        {
            if (IsMissedDeadline(exception, deadline))
            {
                return CheckResult.Unavailable(Reason.DeadlineExceeded, $"no answer within {policy.Deadline.TotalSeconds:0.###} s");
            }

            observer.OnFault(context.Request, check.Name, exception);
            return CheckResult.Unavailable(Reason.InternalError, exception.GetType().Name);
        }
    }

    /// <summary>Everything but the caller's own cancellation: also a backend that lets the exception of its own time limit through.</summary>
    private static bool IsAnswerable(Exception exception, Deadline deadline) => exception is not OperationCanceledException || !deadline.IsGivenUp;

    private static bool IsMissedDeadline(Exception exception, Deadline deadline) => exception is OperationCanceledException && deadline.HasPassed;
}

/// <summary>Where the engine's facts come from.</summary>
/// <param name="MailboxQuota">Null: how full a mailbox is, is not asked.</param>
/// <param name="Storage">Null: no disk is watched.</param>
public sealed record FactSources(IDirectory Directory, IBlocks Blocks, ICounters Counters, IMailboxQuota? MailboxQuota = null, IStorage? Storage = null);
