using System.Text.RegularExpressions;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.IntegrationTests.Support.Kills;

/// <summary>What Postfix's log says of each attempt to deliver.</summary>
internal sealed partial class DeliveryAttempts
{
    private readonly Dictionary<(string QueueId, string Recipient), List<DeliveryAttempt>> attempts = [];

    public static DeliveryAttempts Read(LogFile log)
    {
        DeliveryAttempts read = new();
        foreach (string line in File.ReadLines(log.Path))
        {
            if (Attempt().Match(line) is not { Success: true } match) continue;
            (string, string) key = (match.Groups["id"].Value, match.Groups["to"].Value);
            if (!read.attempts.TryGetValue(key, out List<DeliveryAttempt>? of)) read.attempts.Add(key, of = []);
            of.Add(new(match.Groups["status"].Value, match.Groups["why"].Value));
        }

        return read;
    }

    /// <summary>In their order.</summary>
    public IReadOnlyList<DeliveryAttempt> Of(string queueId, string recipient) => attempts.GetValueOrDefault((queueId, recipient)) ?? [];

    public int CountOf(string status) => attempts.Values.Sum(of => of.Count(attempt => attempt.Status == status));

    [GeneratedRegex(@"/lmtp\[\d+\]: (?<id>\w+): to=<(?<to>[^>]+)>, .* status=(?<status>\w+) \((?<why>.*)\)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Attempt();
}

/// <param name="Status">sent, deferred or bounced.</param>
internal sealed record DeliveryAttempt(string Status, string Why)
{
    /// <summary>The connection ended between the end of the message and its answer.</summary>
    public bool IsLostAtEnd => Status == "deferred" && Why.Contains("while sending end of data", StringComparison.Ordinal);
}
