using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Engine.Checks;

/// <summary>Which limits one request falls under, and what it would be charged to each.</summary>
internal sealed class MatchingLimits(DecisionContext context, Counted counted)
{
    public MatchedLimits Where(Func<Limit, bool> isWanted)
    {
        var limits = new List<Limit>();
        var charges = new List<Charge>();
        foreach (var limit in context.Policy.Limits)
        {
            if (!isWanted(limit) || !Applies(limit) || FindKey(limit) is not { } key) continue;
            limits.Add(limit);
            charges.Add(new Charge($"{limit.Name}/{key}", Units(limit), limit.AmountFor(counted.Login, counted.LoginDomain, counted.Domain), limit.Window, IsSoft: limit.Action == Verdict.Hold));
        }

        return new MatchedLimits(limits, charges);
    }

    private bool Applies(Limit limit)
    {
        var isAuthenticated = context.Origin == ClientOrigin.Authenticated;
        if (limit.When == LimitWhen.Authenticated && !isAuthenticated) return false;
        if (limit.When == LimitWhen.Unauthenticated && isAuthenticated) return false;
        if (limit.PolicyContext is { } wanted && !string.Equals(wanted, context.Request.PolicyContext, StringComparison.Ordinal)) return false;
        return !(isAuthenticated && IsExempt(limit)) && !DecisionContext.IsIn(context.Request.ClientAddress, limit.ExemptNetworks);
    }

    private bool IsExempt(Limit limit) => counted.Login is { } account
        ? limit.ExemptLogins.Contains(account.Name) || account.Logins.Any(limit.ExemptLogins.Contains)
        : limit.ExemptLogins.Contains(context.Login);

    /// <summary>Who is counted, canonical; null when the limit does not apply.</summary>
    private string? FindKey(Limit limit) => limit.Key switch
    {
        LimitKey.Login when context.Origin == ClientOrigin.Authenticated => $"login:{counted.Login?.Name ?? context.Login}",
        LimitKey.Domain when counted.Domain is { } domain => $"domain:{domain.Name}",
        LimitKey.Client when !context.Request.IsNonSmtp && !DecisionContext.IsIn(context.Request.ClientAddress, context.Policy.SharedNetworks) => $"client:{limit.NetworkOf(context.Request.ClientAddress)}",
        LimitKey.Recipient when counted.Recipient is { } recipient => $"recipient:{recipient}",
        LimitKey.Everyone => "everyone",
        _ => null,
    };

    private long Units(Limit limit) => limit.Unit switch
    {
        LimitUnit.Bytes => Math.Max(0, context.Request.Size),
        LimitUnit.Recipients when limit.Key != LimitKey.Recipient => Math.Max(1, context.Request.RecipientCount),
        _ => 1,
    };
}

/// <summary>Limits and, at the same places, what is charged to them.</summary>
internal sealed record MatchedLimits(IReadOnlyList<Limit> Limits, IReadOnlyList<Charge> Charges)
{
    public Limit LimitOf(Charge charge)
    {
        for (var i = 0; i < Charges.Count; i++)
        {
            if (Charges[i].Key == charge.Key) return Limits[i];
        }

        throw new ArgumentException("not one of these charges", nameof(charge));
    }
}
