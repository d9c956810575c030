using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Admin;

/// <summary>Looks into the ledger.</summary>
internal sealed class DeliverySearch(AdministeredParts parts)
{
    private const int MostShown = 10_000;

    private const int MaxKeyLength = 1024;

    public async ValueTask<Outcome<DeliveryList>> FindAsync(DeliveryRequest request, CancellationToken cancellationToken)
    {
        if (request is { QueueId: null, Recipient: null, SinceMs: null }) return Refusal.Invalid("which deliveries? a queue id, a recipient or a time is needed");
        if (request.QueueId?.Length > MaxKeyLength || request.Recipient?.Length > MaxKeyLength) return Refusal.Invalid("no queue id and no address is that long");
        if (request.SinceMs < 0 || request.Most is < 1 or > MostShown) return Refusal.Invalid($"a number is out of range: at most {MostShown} deliveries are shown");
        if (parts.Deliveries is not { } ledger) return Refusal.Unavailable("no mail is delivered through this daemon: listen.lmtp is empty");

        DateTimeOffset? since = request.SinceMs is { } milliseconds ? parts.Time.GetUtcNow() - TimeSpan.FromMilliseconds(Math.Min(milliseconds, (long)TimeSpan.FromDays(36500).TotalMilliseconds)) : null;
        var (records, missing) = await ledger(new DeliveryQuery(request.QueueId, request.Recipient, since, request.Most), cancellationToken);
        return new DeliveryList([.. records.Select(DeliveryEntry.Of)], missing);
    }
}
