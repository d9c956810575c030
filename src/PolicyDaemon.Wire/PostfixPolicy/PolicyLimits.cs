namespace PolicyDaemon.Wire.PostfixPolicy;

/// <summary>
/// Every bound on what a policy peer may send. Postfix stays far below: its longest values are cut at <c>line_length_limit</c> (2048
/// octets), and a request has about 30 attributes in 700 octets.
/// </summary>
internal static class PolicyLimits
{
    /// <summary>One <c>name=value</c>, its LF not counted.</summary>
    public const int MaxLineBytes = 8 * 1024;

    /// <summary>One request with all its LFs and the empty line.</summary>
    public const int MaxRequestBytes = 64 * 1024;

    /// <summary>Lines in one request, unknown names and repetitions counted.</summary>
    public const int MaxAttributes = 200;

    /// <summary>Answers to pipelined requests are sent at the latest when this much is waiting. Postfix does not pipeline.</summary>
    public const int MaxUnsentBytes = 16 * 1024;

    /// <summary>From the first octet of a request to its last, and from our reply to its being taken. Between requests there is no limit.</summary>
    public static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(10);

    /// <summary>From the daemon's stop to the end of a session that has a request in hand.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);
}
