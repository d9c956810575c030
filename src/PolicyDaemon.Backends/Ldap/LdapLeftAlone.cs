namespace PolicyDaemon.Backends.Ldap;

/// <summary>Whether a server is left alone after a failure: for longer with each in a row, and then one attempt at a time finds out whether it is back.</summary>
internal sealed class LdapLeftAlone(Backoff backoff, TimeProvider time)
{
    private readonly Lock gate = new();
    private int failures;
    private int epoch;
    private long since;
    private TimeSpan pause;
    private string cause = "";

    private bool IsResting => failures > 0 && time.GetElapsedTime(since) < pause;

    /// <exception cref="LdapConnectionException">It is, and why.</exception>
    internal void ThrowIfResting()
    {
        lock (gate)
        {
            if (IsResting) throw new LdapConnectionException($"passed over: {cause}");
        }
    }

    /// <summary>Begins an attempt; when the last one failed, nobody else may begin one for the same time again.</summary>
    /// <returns>To be given back with a failure.</returns>
    /// <exception cref="LdapConnectionException">It is left alone.</exception>
    internal int Enter()
    {
        lock (gate)
        {
            ThrowIfResting();
            if (failures > 0) since = time.GetTimestamp();
            return epoch;
        }
    }

    internal void Succeeded()
    {
        lock (gate) failures = 0;
    }

    /// <summary>Of attempts that ran at the same time only the first to fail counts: they all failed for one reason.</summary>
    internal void Failed(int began, string reason)
    {
        lock (gate)
        {
            if (began != epoch) return;
            epoch++;
            failures++;
            cause = reason;
            since = time.GetTimestamp();
            pause = backoff.Delay(failures, Random.Shared.NextDouble());
        }
    }
}
