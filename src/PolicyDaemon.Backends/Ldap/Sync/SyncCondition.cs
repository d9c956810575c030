namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>What there is between us and the providers at one moment.</summary>
/// <param name="Provider">That is followed, or was last; null: none so far.</param>
/// <param name="Cause">What is wrong; null: nothing.</param>
internal sealed record SyncCondition(SyncConnection Connection, string? Provider, string? Cause)
{
    public static readonly SyncCondition Begin = new(SyncConnection.Disconnected, null, "not connected yet");
}
