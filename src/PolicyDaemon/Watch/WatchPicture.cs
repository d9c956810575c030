using System.Globalization;
using PolicyDaemon.Configuration;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Wire.PostfixQueue;

namespace PolicyDaemon.Watch;

/// <summary>What was seen of one subject.</summary>
/// <param name="Place">Which directory it is about.</param>
/// <param name="Seen">For people: <c>4% free (412M of 10G)</c>.</param>
/// <param name="Warning">How much of what <c>…Warning</c> allows is used up; 1 is the threshold.</param>
/// <param name="WarningAt">The threshold, as configured.</param>
internal sealed record WatchPicture(string Place, string Seen, double Warning, double Critical, string WarningAt, string CriticalAt)
{
    /// <summary>Of a disk. A share counts for inodes as for octets: without either no file can be made.</summary>
    public static WatchPicture OfDisk(string directory, FileSystemUse use, WatchOptions options) => new(
        directory,
        Describe(use),
        Pressure(use, options.FreeWarning),
        Pressure(use, options.FreeCritical),
        $"{options.FreeWarning} free",
        $"{options.FreeCritical} free");

    public static WatchPicture OfMessages(QueueListing queue, WatchOptions options) => new(
        options.QueueDirectory,
        Invariant($"{queue.Waiting} messages wait"),
        WatchLevels.OfUsed(queue.Waiting, options.QueueWarning),
        WatchLevels.OfUsed(queue.Waiting, options.QueueCritical),
        Invariant($"{options.QueueWarning} messages"),
        Invariant($"{options.QueueCritical} messages"));

    public static WatchPicture OfAge(QueueListing queue, WatchOptions options, DateTimeOffset now)
    {
        var age = AgeOf(queue, now);
        return new WatchPicture(
            options.QueueDirectory,
            queue.Oldest is null ? "no message waits" : $"the oldest message has waited for {Durations.Format(TimeSpan.FromSeconds(Math.Floor(age.TotalSeconds)))}",
            WatchLevels.OfUsed(age.TotalSeconds, options.QueueAgeWarning.TotalSeconds),
            WatchLevels.OfUsed(age.TotalSeconds, options.QueueAgeCritical.TotalSeconds),
            Durations.Format(options.QueueAgeWarning),
            Durations.Format(options.QueueAgeCritical));
    }

    /// <summary>Of the oldest message that waits; zero when none does, or the clock was set back.</summary>
    public static TimeSpan AgeOf(QueueListing queue, DateTimeOffset now) => queue.Oldest is { } oldest && oldest < now ? now - oldest : TimeSpan.Zero;

    private static double Pressure(FileSystemUse use, FreeAmount threshold)
    {
        if (threshold.Share is not { } share) return WatchLevels.OfFree(use.FreeOctets, threshold.Octets);
        var octets = WatchLevels.OfFree(use.FreeOctets, share * use.Octets);
        return use.Files == 0 ? octets : Math.Max(octets, WatchLevels.OfFree(use.FreeFiles, share * use.Files));
    }

    private static string Describe(FileSystemUse use)
    {
        var octets = $"{Percent(use.FreeOctets, use.Octets)} free ({Size(use.FreeOctets)} of {Size(use.Octets)})";
        return use.Files == 0 ? octets : $"{octets}, {Percent(use.FreeFiles, use.Files)} of its inodes";
    }

    private static string Percent(long part, long whole) => whole == 0 ? "0%" : Invariant($"{Math.Floor(part * 1000.0 / whole) / 10:0.#}%");

    private static string Size(long octets)
    {
        var (value, unit) = ((double)octets, 0);
        while (value >= 1024 && unit < 4) (value, unit) = (value / 1024, unit + 1);
        return Invariant($"{Math.Floor(value * 10) / 10:0.#}{(unit == 0 ? "" : "KMGT"[unit - 1])}");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
