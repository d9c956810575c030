using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using PolicyDaemon.Doctor;

namespace PolicyDaemon.MailQueue;

/// <summary>Reads what <c>postqueue -j</c> prints: one JSON object per line and queue file.</summary>
/// <remarks>postqueue(1), "JSON OBJECT FORMAT", Postfix 3.1 and later.</remarks>
internal static class QueueListing
{
    /// <exception cref="InstallationException">It is something else.</exception>
    internal static IReadOnlyList<QueuedMessage> Parse(string text)
    {
        List<QueuedMessage> messages = [];
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (TryParseLine(line, out var message)) messages.Add(message);
            else throw new InstallationException("postqueue -j: a line is not what postqueue(1) describes");
        }

        return messages;
    }

    private static bool TryParseLine(string line, [NotNullWhen(true)] out QueuedMessage? message)
    {
        message = null;
        try
        {
            using var json = JsonDocument.Parse(line);
            var entry = json.RootElement;
            message = new QueuedMessage(
                entry.GetProperty("queue_id").GetString() ?? "",
                entry.GetProperty("queue_name").GetString() ?? "",
                DateTimeOffset.FromUnixTimeSeconds(entry.GetProperty("arrival_time").GetInt64()),
                entry.GetProperty("message_size").GetInt64(),
                entry.GetProperty("sender").GetString() ?? "",
                [.. entry.GetProperty("recipients").EnumerateArray().Select(recipient => recipient.GetProperty("address").GetString() ?? "")]);
            return IsQueueId(message.QueueId);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>It becomes an argument of postsuper, to which <c>ALL</c> and <c>-</c> mean more than one message. Short ids have six characters or more.</summary>
    private static bool IsQueueId(string text) => text.Length >= 6 && text.All(char.IsAsciiLetterOrDigit);
}
