using System.Globalization;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Engine.Checks;

/// <summary>What a client reads when a limit is full.</summary>
/// <remarks>
/// It says when to try again only where the client's own use fills the limit: its login, its domain or its network. How much others send, or
/// how much a recipient gets, is nobody's business. The time is rounded up, so that who heeds it does not come too early.
/// </remarks>
internal static class LimitReply
{
    private static readonly SmtpReply Rejected = new(554, "7.1", "Sending limit exceeded");
    private static readonly SmtpReply Deferred = new(450, "7.1", "Sending limit exceeded, try again later");

    /// <param name="retryAfter">Zero: unknown or never.</param>
    public static SmtpReply To(Limit limit, TimeSpan retryAfter)
    {
        var reply = limit.Action == Verdict.Reject ? Rejected : Deferred;
        var isOwnUse = limit.Key is LimitKey.Login or LimitKey.Domain or LimitKey.Client;
        return isOwnUse && retryAfter > TimeSpan.Zero
            ? new SmtpReply(reply.Code, "7.1", $"{Rejected.Text}, try again in {Describe(retryAfter)}")
            : reply;
    }

    private static string Describe(TimeSpan time)
    {
        var minutes = (long)Math.Ceiling(time.TotalMinutes);
        if (minutes <= 2 * 60) return Count(minutes, "minute");
        return minutes <= 48 * 60 ? Count((minutes + 59) / 60, "hour") : Count((minutes + 1439) / 1440, "day");
    }

    private static string Count(long count, string unit) => string.Create(CultureInfo.InvariantCulture, $"{count} {unit}{(count == 1 ? "" : "s")}");
}
