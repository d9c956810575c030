namespace PolicyDaemon.Engine.Guessing;

/// <summary>Where the guard's events are kept: over a restart, and for all nodes.</summary>
/// <remarks>Every method throws <see cref="Blocks.StoreUnavailableException"/> when the store cannot be asked, with the cause as message.</remarks>
public interface IGuardStore
{
    /// <summary>The key of the digests, made when the tables were: the same for all nodes.</summary>
    Task<byte[]> ReadSecretAsync(CancellationToken cancellationToken);

    /// <summary>Adds events, all or none.</summary>
    Task WriteAsync(IReadOnlyList<GuardEvent> events, CancellationToken cancellationToken);

    /// <summary>Events in the order of their numbers, of all nodes.</summary>
    /// <param name="after">Only those with a greater number. One with a smaller number than the last may still come, if it was written at the same time.</param>
    /// <param name="most">No more than so many at once.</param>
    Task<IReadOnlyList<StoredGuardEvent>> ReadAsync(long after, int most, CancellationToken cancellationToken);

    /// <summary>Forgets what counts nowhere any more.</summary>
    Task ForgetAsync(DateTimeOffset guessesBefore, DateTimeOffset networksBefore, CancellationToken cancellationToken);
}

/// <param name="Number">Given by the store.</param>
public readonly record struct StoredGuardEvent(long Number, GuardEvent Event);
