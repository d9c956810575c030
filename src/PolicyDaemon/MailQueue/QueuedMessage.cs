namespace PolicyDaemon.MailQueue;

/// <summary>One queue file of Postfix, as <c>postqueue -j</c> tells of it.</summary>
/// <param name="Queue"><c>incoming</c>, <c>active</c>, <c>deferred</c> or <c>hold</c>, when it was looked at.</param>
/// <param name="Size">Octets.</param>
/// <param name="Sender">Of the envelope; <c>MAILER-DAEMON</c> for the null sender.</param>
/// <param name="Recipients">Those that do not have it yet.</param>
internal sealed record QueuedMessage(
    string QueueId,
    string Queue,
    DateTimeOffset Arrived,
    long Size,
    string Sender,
    IReadOnlyList<string> Recipients)
{
    /// <summary>Who was logged in when it was submitted; empty: nobody, or nobody looked.</summary>
    public string Login { get; init; } = "";
}

/// <summary>What a command did to the queue, or would do.</summary>
/// <param name="IsDryRun">Nothing was moved.</param>
/// <param name="Messages">Those that were moved, or would be.</param>
internal sealed record QueueReport(bool IsDryRun, IReadOnlyList<QueuedMessage> Messages);
