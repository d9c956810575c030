using System.Net;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Admin;

/// <summary>Looks at what is counted for somebody, and empties it.</summary>
/// <param name="author">The system user who gives the order.</param>
internal sealed class LimitOrders(AdministeredParts parts, string author)
{
    private static readonly Refusal Away = Refusal.Unavailable("the counters do not answer");

    public async ValueTask<Outcome<LimitUseList>> ShowAsync(LimitTarget target, CancellationToken cancellationToken)
    {
        if (!(await FindAsync(target, cancellationToken)).TryGetReport(out var found, out var refusal)) return refusal;
        var uses = new List<LimitUse>(found.Count);
        foreach (var (limit, charge) in found)
        {
            // One more than nothing never fits, so the answer says what is used.
            var used = await parts.Counters.PeekAsync([charge with { Limit = 0 }], cancellationToken);
            var next = await parts.Counters.PeekAsync([charge], cancellationToken);
            if (CountOutcome.Unavailable == used.Outcome || CountOutcome.Unavailable == next.Outcome) return Away;
            uses.Add(new LimitUse(
                charge.Key, limit.Unit, used.Used, charge.Limit, (long)limit.Window.TotalMilliseconds, (long)Math.Ceiling(next.RetryAfter.TotalMilliseconds)));
        }

        return new LimitUseList(uses);
    }

    public async ValueTask<Outcome<ChangeReport>> ResetAsync(LimitTarget target, CancellationToken cancellationToken)
    {
        if (!(await FindAsync(target, cancellationToken)).TryGetReport(out var found, out var refusal)) return refusal;
        IReadOnlyList<string> keys = [.. found.Select(one => one.Charge.Key)];
        if (!await parts.Counters.ResetAsync(keys, cancellationToken)) return Away;
        var names = string.Join(", ", keys);
        parts.Log.LimitReset(names, author);
        return new ChangeReport($"nothing is counted any more for {names}");
    }

    /// <summary>The limits that are meant, each with a charge of one unit to it.</summary>
    private async ValueTask<Outcome<IReadOnlyList<(Limit Limit, Charge Charge)>>> FindAsync(LimitTarget target, CancellationToken cancellationToken)
    {
        var configured = parts.Policy().Limits;
        if (configured.Count == 0) return Refusal.NotFound("there are no limits in the configuration");
        var limits = configured.Where(limit => limit.Key == target.Key && (target.Limit is null || limit.Name == target.Limit)).ToList();
        var kind = target.Key.ToString().ToLowerInvariant();
        if (limits.Count == 0) return Refusal.NotFound(target.Limit is { } name ? $"no limit '{name}' has the key {kind}" : $"no limit has the key {kind}");
        if (target.Who.Length > AddressNormalizer.MaxLength || target.Who.Any(char.IsControl)) return Refusal.Invalid("the name is too long, or has control characters");
        if (!(await ResolveAsync(target, cancellationToken)).TryGetReport(out var whose, out var refusal)) return refusal;
        return limits.ConvertAll(limit => (limit, new Charge(
            $"{limit.Name}/{whose.KeyFor(limit)}", 1, limit.AmountFor(whose.Login, whose.LoginDomain, whose.Domain), limit.Window)));
    }

    private async ValueTask<Outcome<Subject>> ResolveAsync(LimitTarget target, CancellationToken cancellationToken)
    {
        var policy = parts.Policy();
        switch (target.Key)
        {
            case LimitKey.Login:
                return await ResolveLoginAsync(target.Who, cancellationToken);
            case LimitKey.Domain when AddressNormalizer.TryNormalizeDomain(target.Who, out var name):
                var domain = await NewLookup().FindDomainAsync(name, cancellationToken);
                if (AmountsMissing(name, domain) is { } away) return away;
                return new Subject(_ => $"domain:{name}", Domain: domain.Value);
            case LimitKey.Client when target.Who == "unknown":
                return new Subject(limit => $"client:{limit.NetworkOf(null)}");
            case LimitKey.Client when IPAddress.TryParse(target.Who.Split('/')[0], out var client):
                return new Subject(limit => $"client:{limit.NetworkOf(client)}");
            case LimitKey.Recipient when policy.Normalizer.TryParse(target.Who, out var recipient):
                var counted = await NewLookup().FindCountedAsync(recipient, cancellationToken);
                if (counted.IsUnavailable) return Refusal.Unavailable($"cannot tell under which address '{recipient}' is counted: {counted.Cause}");
                return new Subject(_ => $"recipient:{counted.Value}");
            case LimitKey.Everyone:
                return new Subject(_ => "everyone");
            default:
                return Refusal.Invalid($"'{target.Who}' is no {(target.Key == LimitKey.Domain ? "domain" : "address")}");
        }
    }

    private async ValueTask<Outcome<Subject>> ResolveLoginAsync(string typed, CancellationToken cancellationToken)
    {
        var lookup = NewLookup();
        var login = await lookup.FindAccountAsync(typed, cancellationToken);
        if (login.IsUnavailable) return Refusal.Unavailable($"cannot tell which account '{typed}' is: {login.Cause}");
        if (login.Value is not { } account) return new Subject(_ => $"login:{AddressNormalizer.NormalizeLogin(typed)}");
        if (account.Addresses is not [var main, ..]) return new Subject(_ => $"login:{account.Name}", account);

        var domain = await lookup.FindDomainAsync(main.Domain, cancellationToken);
        if (AmountsMissing(main.Domain, domain) is { } away) return away;
        return new Subject(_ => $"login:{account.Name}", account, domain.Value);
    }

    private static Refusal? AmountsMissing(string name, Lookup<DomainEntry> domain) =>
        (domain.IsUnavailable ? domain.Cause ?? "no answer" : domain.Value?.MissingCause) is { } cause ? Refusal.Unavailable($"cannot tell the amounts of '{name}': {cause}") : null;

    private DirectoryLookup NewLookup() => new(parts.Policy(), parts.Directory());

    /// <param name="KeyFor">Who is counted, behind the limit's name.</param>
    private sealed record Subject(Func<Limit, string> KeyFor, Account? Login = null, DomainEntry? LoginDomain = null, DomainEntry? Domain = null);
}
