namespace PolicyDaemon.Engine.Deliveries;

/// <summary>What this node knows to be in the mail store, as <see cref="DeliveredBefore"/> tells it.</summary>
public interface IDeliveredBefore
{
    /// <inheritdoc cref="DeliveredBefore.IsSuspected"/>
    bool IsSuspected(string queueId, string sender, string recipient);

    /// <inheritdoc cref="DeliveredBefore.IsThere"/>
    bool IsThere(string queueId, string sender, string recipient, string digest);

    /// <inheritdoc cref="DeliveredBefore.TryClaim"/>
    IDisposable? TryClaim(string queueId, string sender, IEnumerable<string> recipients);
}
