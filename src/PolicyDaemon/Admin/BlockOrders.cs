using System.Globalization;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Admin;

/// <summary>
/// Gives and takes back blocks: finds the canonical name that an order means, so that a block hits whatever spelling a client uses.
/// </summary>
/// <param name="author">The system user who gives the order.</param>
internal sealed class BlockOrders(AdministeredParts parts, string author)
{
    /// <summary>In characters.</summary>
    public const int MaxReasonLength = 256;

    /// <summary>Ten years: longer is meant as "until it is taken back".</summary>
    public const long MaxSeconds = 10L * 366 * 24 * 3600;

    public async ValueTask<Outcome<BlockGiven>> GiveAsync(BlockOrder order, CancellationToken cancellationToken)
    {
        if (order.Reason.Length > MaxReasonLength) return Refusal.Invalid($"the reason is longer than {MaxReasonLength} characters");
        if (order.Reason.Any(char.IsControl)) return Refusal.Invalid("the reason is one line without control characters");
        if (order.ForSeconds is < 1 or > MaxSeconds)
        {
            return Refusal.Invalid("a block lasts from 1s to ten years; without a time it lasts until it is taken back");
        }

        var subject = await ResolveAsync(order, cancellationToken);
        if (!subject.TryGetReport(out var meant, out var refusal)) return refusal;

        var now = parts.Time.GetUtcNow();
        var block = new Block
        {
            Subject = meant,
            Action = order.Action,
            Reason = order.Reason,
            Author = author,
            CreatedAt = now,
            ExpiresAt = order.ForSeconds is { } seconds ? now + TimeSpan.FromSeconds(seconds) : null,
        };
        var before = (await parts.Blocks.ReadAsync(cancellationToken)).Value?.Find(meant, now);
        await parts.Blocks.AddAsync(block, cancellationToken);
        LogGiven(block);
        return new BlockGiven(BlockReport.Of(block, parts.Blocks.IsPending(meant)), before is null ? null : BlockReport.Of(before));
    }

    public async ValueTask<Outcome<BlockTaken>> TakeBackAsync(BlockTarget target, CancellationToken cancellationToken)
    {
        var answer = await parts.Blocks.ReadAsync(cancellationToken);
        if (answer.Value is not { } set) return Refusal.Unavailable($"cannot read the blocks: {answer.Cause}");
        if (!Read(target).TryGetReport(out var typed, out var refusal)) return refusal;

        // The name as typed first: a block of a login that no directory knows any more must be removable.
        foreach (var subject in new[] { typed, await CanonicalAsync(typed, cancellationToken) })
        {
            if (subject is null || set.Find(subject, parts.Time.GetUtcNow()) is not { } block) continue;
            if (!await parts.Blocks.RemoveAsync(subject, cancellationToken)) continue;
            parts.Log.BlockTaken(subject.ToString(), author);
            return new BlockTaken(BlockReport.Of(block), parts.Blocks.IsPending(subject));
        }

        return Refusal.NotFound($"there is no block of {typed}");
    }

    public async ValueTask<Outcome<BlockList>> ListAsync(CancellationToken cancellationToken)
    {
        var answer = await parts.Blocks.ReadAsync(cancellationToken);
        if (answer.Value is not { } set) return Refusal.Unavailable($"cannot read the blocks: {answer.Cause}");
        var now = parts.Time.GetUtcNow();
        return new BlockList(now, [.. set.Blocks
            .Where(block => block.IsActiveAt(now))
            .OrderByDescending(block => block.Subject.Scope)
            .ThenBy(block => block.Subject.Key, StringComparer.Ordinal)
            .Select(block => BlockReport.Of(block, parts.Blocks.IsPending(block.Subject)))]);
    }

    private DirectoryLookup NewLookup() => new(parts.Policy(), parts.Directory());

    private void LogGiven(Block block) => parts.Log.BlockGiven(
        block.Subject.ToString(),
        block.Action.ToString().ToLowerInvariant(),
        block.Author,
        block.Reason,
        block.ExpiresAt?.ToString("O", CultureInfo.InvariantCulture) ?? "never");

    /// <summary>What an order is about, or that nobody knows it.</summary>
    private async ValueTask<Outcome<BlockSubject>> ResolveAsync(BlockOrder order, CancellationToken cancellationToken)
    {
        if (!Read(order.Target).TryGetReport(out var typed, out var refusal)) return refusal;
        return typed.Scope switch
        {
            BlockScope.Everyone => typed,
            BlockScope.Domain => await ResolveDomainAsync(typed, order.Force, cancellationToken),
            _ => await ResolveLoginAsync(typed, order.Force, cancellationToken),
        };
    }

    private async ValueTask<Outcome<BlockSubject>> ResolveLoginAsync(BlockSubject typed, bool force, CancellationToken cancellationToken)
    {
        var account = await NewLookup().FindAccountAsync(typed.Key, cancellationToken);
        if (account.Value is { } known) return typed with { Key = known.Name };
        if (force) return typed;
        return account.IsUnavailable
            ? Refusal.Unavailable($"cannot tell which account '{typed.Key}' is ({account.Cause}); --force blocks the name as typed")
            : Refusal.NotFound($"no account has the login or address '{typed.Key}'; --force blocks the name all the same");
    }

    private async ValueTask<Outcome<BlockSubject>> ResolveDomainAsync(BlockSubject typed, bool force, CancellationToken cancellationToken)
    {
        if (force) return typed;
        var domain = await NewLookup().FindDomainAsync(typed.Key, cancellationToken);
        if (domain.Value is not null) return typed;
        return domain.IsUnavailable
            ? Refusal.Unavailable($"cannot tell whether '{typed.Key}' is ours ({domain.Cause}); --force blocks it all the same")
            : Refusal.NotFound($"'{typed.Key}' is no domain of ours, so nothing of it could be blocked; --force blocks it all the same");
    }

    private async ValueTask<BlockSubject?> CanonicalAsync(BlockSubject typed, CancellationToken cancellationToken)
    {
        if (typed.Scope != BlockScope.Login) return null;
        var account = await NewLookup().FindAccountAsync(typed.Key, cancellationToken);
        return account.Value is { } known ? typed with { Key = known.Name } : null;
    }

    private static Outcome<BlockSubject> Read(BlockTarget target) => target.Scope switch
    {
        BlockScope.Everyone => BlockSubject.Everyone,
        BlockScope.Domain when AddressNormalizer.TryNormalizeDomain(target.Key, out var domain) =>
            new BlockSubject(BlockScope.Domain, domain),
        BlockScope.Domain => Refusal.Invalid($"'{target.Key}' is no domain"),
        _ when target.Key.Length is 0 or > AddressNormalizer.MaxLength || target.Key.Any(char.IsControl) =>
            Refusal.Invalid($"a login has 1 to {AddressNormalizer.MaxLength} characters and no control characters"),
        _ => new BlockSubject(BlockScope.Login, AddressNormalizer.NormalizeLogin(target.Key)),
    };
}
