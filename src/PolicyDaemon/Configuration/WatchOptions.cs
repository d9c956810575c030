using System.Globalization;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration;

/// <summary>What is watched for running full, and from when on people are told.</summary>
/// <param name="MailStore">The directory with the mailboxes; null: that disk is not watched.</param>
/// <param name="QueueDirectory">Postfix's <c>queue_directory</c>.</param>
/// <param name="FreeCritical">Below it no more mail is taken from outside.</param>
/// <param name="QueueWarning">Messages that wait.</param>
/// <param name="QueueAgeWarning">Of the oldest message that waits.</param>
/// <param name="Interval">How often the disks are looked at.</param>
/// <param name="QueueInterval">How often the queue is; Postfix opens every queue file for it.</param>
internal sealed record WatchOptions(
    string? MailStore,
    string QueueDirectory,
    FreeAmount FreeWarning,
    FreeAmount FreeCritical,
    long QueueWarning,
    long QueueCritical,
    TimeSpan QueueAgeWarning,
    TimeSpan QueueAgeCritical,
    TimeSpan Interval,
    TimeSpan QueueInterval);

/// <summary>How much of a disk is to be free: a share of it, or octets.</summary>
/// <param name="Share">0 to 1; null: octets.</param>
internal readonly record struct FreeAmount(double? Share, long Octets)
{
    public override string ToString() => Share is { } share
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Round(share * 100)}%")
        : Sizes.Format(Octets);
}
