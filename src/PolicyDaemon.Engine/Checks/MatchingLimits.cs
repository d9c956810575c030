using System.Globalization;
using System.Net;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Checks;

/// <summary>Which limits one request falls under, and what it would be charged to each.</summary>
/// <param name="login">The account of the login; null without a login, or when no directory knows it.</param>
internal sealed class MatchingLimits(DecisionContext context, Account? login)
{
    public MatchedLimits Where(Func<Limit, bool> isWanted)
    {
        var limits = new List<Limit>();
        var charges = new List<Charge>();
        foreach (var limit in context.Policy.Limits)
        {
            if (!isWanted(limit) || !Applies(limit) || FindKey(limit) is not { } key) continue;
            limits.Add(limit);
            charges.Add(new Charge($"{limit.Name}/{key}", Units(limit), Amount(limit), limit.Window));
        }

        return new MatchedLimits(limits, charges);
    }

    private bool Applies(Limit limit)
    {
        var isAuthenticated = context.Origin == ClientOrigin.Authenticated;
        if (limit.When == LimitWhen.Authenticated && !isAuthenticated) return false;
        if (limit.When == LimitWhen.Unauthenticated && isAuthenticated) return false;
        if (limit.PolicyContext is { } wanted && !string.Equals(wanted, context.Request.PolicyContext, StringComparison.Ordinal)) return false;
        if (isAuthenticated && limit.ExemptLogins.Contains(login?.Name ?? context.Login)) return false;
        return !DecisionContext.IsIn(context.Request.ClientAddress, limit.ExemptNetworks);
    }

    /// <summary>Who is counted, canonical; null when the limit does not apply.</summary>
    private string? FindKey(Limit limit) => limit.Key switch
    {
        LimitKey.Login when context.Origin == ClientOrigin.Authenticated => $"login:{login?.Name ?? context.Login}",
        LimitKey.Domain => FindDomain() is { } domain ? $"domain:{domain}" : null,
        LimitKey.Client => $"client:{Network(limit)}",
        LimitKey.Recipient when context.Recipient is { } recipient => $"recipient:{context.Policy.Normalizer.WithoutTag(recipient) ?? recipient}",
        LimitKey.Everyone => "everyone",
        _ => null,
    };

    /// <summary>An outsider's sender is forged at will: counting it would let anyone use up a domain's limit.</summary>
    private string? FindDomain() => context.Origin switch
    {
        ClientOrigin.Outside => null,
        ClientOrigin.Authenticated when context.Sender is null && login is { Addresses: [var main, ..] } => main.Domain,
        _ => context.Sender?.Domain,
    };

    private long Units(Limit limit) => limit.Unit switch
    {
        LimitUnit.Bytes => context.Request.Size,
        LimitUnit.Recipients when limit.Key != LimitKey.Recipient => Math.Max(1, context.Request.RecipientCount),
        _ => 1,
    };

    private long Amount(Limit limit) =>
        limit.Key == LimitKey.Login && login is not null && login.Limits.TryGetValue(limit.Name, out var own) ? own : limit.Amount;

    private string Network(Limit limit)
    {
        if (context.Request.ClientAddress is not { } address) return "unknown";
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var bytes = plain.GetAddressBytes();
        var prefix = bytes.Length == 4 ? limit.Ipv4Prefix : limit.Ipv6Prefix;
        for (var bit = prefix; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(bytes)}/{prefix}");
    }
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
