using System.Globalization;
using System.Text.RegularExpressions;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.IntegrationTests.Support.Kills;

/// <summary>What Postfix's log says of each attempt to deliver.</summary>
internal sealed partial class DeliveryAttempts
{
    /// <summary>Any zone is some of these from UTC.</summary>
    private static readonly TimeSpan ZoneStep = TimeSpan.FromMinutes(15);

    private readonly Dictionary<(string QueueId, string Recipient), List<DeliveryAttempt>> attempts = [];

    /// <summary>How far the log's clock is from UTC: it has no year, and its zone may be that of a chroot.</summary>
    private TimeSpan zone;

    public static DeliveryAttempts Read(LogFile log)
    {
        DeliveryAttempts read = new();
        DateTimeOffset last = default;
        foreach (string line in File.ReadLines(log.Path))
        {
            if (Attempt().Match(line) is not { Success: true } match) continue;
            last = TimeOf(match.Groups["at"].Value);
            (string, string) key = (match.Groups["id"].Value, match.Groups["to"].Value);
            if (!read.attempts.TryGetValue(key, out List<DeliveryAttempt>? of)) read.attempts.Add(key, of = []);
            of.Add(new(match.Groups["status"].Value, match.Groups["why"].Value, last, TimeSpan.FromSeconds(double.Parse(match.Groups["spent"].ValueSpan, CultureInfo.InvariantCulture))));
        }

        read.zone = ZoneStep * Math.Round((last - new DateTimeOffset(File.GetLastWriteTimeUtc(log.Path))) / ZoneStep);
        return read;
    }

    /// <summary>In their order.</summary>
    public IReadOnlyList<DeliveryAttempt> Of(string queueId, string recipient) =>
        attempts.TryGetValue((queueId, recipient), out List<DeliveryAttempt>? of) ? [.. of.Select(attempt => attempt with { At = attempt.At - zone })] : [];

    private static DateTimeOffset TimeOf(string text) =>
        DateTimeOffset.ParseExact(text, "MMM d HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.AssumeUniversal);

    [GeneratedRegex(@"^(?<at>\S+ +\d+ [\d:]{8}) \S+ \S+/lmtp\[\d+\]: (?<id>\w+): to=<(?<to>[^>]+)>, .* delays=[^/]+/[^/]+/[^/]+/(?<spent>[\d.]+), .* status=(?<status>\w+) \((?<why>.*)\)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Attempt();
}

/// <param name="Status">sent, deferred or bounced.</param>
/// <param name="At">When it had ended; to the second.</param>
/// <param name="Spent">On the transfer of the message and its answer, until then.</param>
internal sealed record DeliveryAttempt(string Status, string Why, DateTimeOffset At, TimeSpan Spent)
{
    /// <summary>The connection ended between the end of the message and its answer.</summary>
    public bool IsLostAtEnd => Status == "deferred" && Why.Contains("while sending end of data", StringComparison.Ordinal);
}
