namespace PolicyDaemon.Backends;

/// <summary>How long to leave a server alone: longer with each failure in a row, and never at the same moment on all nodes.</summary>
/// <param name="Initial">After the first failure.</param>
/// <param name="Longest">After many.</param>
internal sealed record Backoff(TimeSpan Initial, TimeSpan Longest)
{
    /// <param name="failures">In a row, 1 or more.</param>
    /// <param name="chance">From 0 to 1; makes the delay a quarter shorter or longer at most.</param>
    internal TimeSpan Delay(int failures, double chance)
    {
        var doublings = Math.Min(failures - 1, 16);
        var steady = Math.Min(Initial.TotalSeconds * (1 << doublings), Longest.TotalSeconds);
        return TimeSpan.FromSeconds(steady * (0.75 + 0.5 * chance));
    }
}
