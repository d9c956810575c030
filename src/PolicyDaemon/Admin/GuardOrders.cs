using System.Net;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Guessing;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Admin;

/// <summary>Looks at who guesses passwords, and takes locks back.</summary>
/// <param name="author">The system user who gives the order.</param>
internal sealed class GuardOrders(AdministeredParts parts, string author)
{
    private static readonly Refusal NoDaemon = Refusal.Unavailable("the running daemon guards, and there is none here");

    public Outcome<GuardList> Show()
    {
        if (parts.Guard is not { } guard) return NoDaemon;
        var counts = guard.Show();
        return new GuardList(
            parts.Time.GetUtcNow(),
            counts.Count,
            [
                .. counts.OrderBy(count => count.LockedUntil is null).Take(GuardList.MaxEntries)
                    .Select(count => new GuardEntry(count.Key, count.Guesses, count.LastAt, count.LockedUntil)),
            ]);
    }

    public async ValueTask<Outcome<ChangeReport>> ClearAsync(GuardTarget target, CancellationToken cancellationToken)
    {
        if (parts.Guard is not { } guard) return NoDaemon;
        if (!(await ClearAsync(guard, target, cancellationToken)).TryGetReport(out var cleared, out var refusal)) return refusal;
        if (cleared.Length == 0) return Refusal.NotFound("nothing is counted or locked there");
        var lines = new GuardLog(parts.Log);
        foreach (var subject in cleared) lines.Cleared(subject, author);
        return new ChangeReport($"nothing is counted or locked any more for {string.Join(", ", cleared)}");
    }

    private async ValueTask<Outcome<string[]>> ClearAsync(GuessingGuard guard, GuardTarget target, CancellationToken cancellationToken)
    {
        if ((target.Login is null) == (target.Client is null)) return Refusal.Invalid("expected a login or a client, one of the two");
        if (target.Client is { } text)
        {
            if (!IPAddress.TryParse(text.Split('/')[0], out var client)) return Refusal.Invalid($"'{SafeText.OneLine(text, 64)}' is no address");
            return guard.ClearClient(client).ToArray();
        }

        var typed = target.Login ?? "";
        if (!AddressNormalizer.IsLogin(typed)) return Refusal.Invalid("the login is empty, too long, or has control characters");
        var account = await new DirectoryLookup(parts.Policy(), parts.Directory()).FindAccountAsync(typed, cancellationToken);
        if (account.IsUnavailable) return Refusal.Unavailable($"cannot tell which account '{typed}' is: {account.Cause}");
        return guard.ClearLogin(account.Value?.Name ?? AddressNormalizer.NormalizeLogin(typed)).ToArray();
    }
}
