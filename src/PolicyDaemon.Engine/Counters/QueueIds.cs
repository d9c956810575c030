namespace PolicyDaemon.Engine.Counters;

/// <summary>Postfix's queue ids as names of messages.</summary>
internal static class QueueIds
{
    private const int SecondsAndMicroseconds = 10;

    /// <summary>
    /// Whether an id never recurs: a long one (<c>enable_long_queue_ids</c>) begins with the time. A short one comes back within minutes on a
    /// busy server, and two messages must not be taken for one.
    /// </summary>
    /// <remarks>Postfix src/global/mail_queue.h, "MQID_FIND_LG_INUM_SEPARATOR": six or more characters of seconds, four of microseconds, then <c>z</c>.</remarks>
    public static bool NeverRecurs(string queueId) => queueId.LastIndexOf('z') >= SecondsAndMicroseconds;
}
