using System.Text.RegularExpressions;
using PolicyDaemon.Doctor;

namespace PolicyDaemon.MailQueue;

/// <summary>Postfix's queue, through its own programs: postqueue(1), postcat(1), postsuper(1). For root.</summary>
/// <param name="configurationDirectory">As for their <c>-c</c>; null: the default instance.</param>
internal sealed partial class PostfixQueue(RunCommand run, string? configurationDirectory)
{
    private string[] Instance => configurationDirectory is null ? [] : ["-c", configurationDirectory];

    /// <exception cref="InstallationException">Postfix cannot be asked.</exception>
    internal async Task<IReadOnlyList<QueuedMessage>> ListAsync(CancellationToken cancellationToken)
    {
        var listing = await run("postqueue", [.. Instance, "-j"], cancellationToken);
        return listing.ExitCode == 0 ? QueueListing.Parse(listing.Output) : throw Failure("postqueue -j", listing);
    }

    /// <summary>The messages with their logins. Those that have left the queue meanwhile are left out.</summary>
    /// <param name="messages">As many as fit into a command line.</param>
    /// <exception cref="InstallationException">Postfix cannot be asked.</exception>
    internal async Task<IReadOnlyList<QueuedMessage>> ReadLoginsAsync(IReadOnlyList<QueuedMessage> messages, CancellationToken cancellationToken)
    {
        var asked = messages.ToList();
        while (asked.Count > 0)
        {
            var envelopes = await run("postcat", [.. Instance, "-eq", .. asked.Select(message => message.QueueId)], cancellationToken);
            if (envelopes.ExitCode == 0)
            {
                var logins = QueueEnvelopes.ParseLogins(envelopes.Output);
                return [.. asked.Select(message => message with { Login = logins.GetValueOrDefault(message.QueueId, "") })];
            }

            // postcat ends at the first file that is gone, with what it has not written yet: ask again for the others.
            var gone = Gone().Match(envelopes.Error).Groups["id"].Value;
            if (asked.RemoveAll(message => message.QueueId == gone) == 0) throw Failure("postcat -eq", envelopes);
        }

        return [];
    }

    /// <summary>Moves them to the hold queue.</summary>
    internal Task<QueueMove> HoldAsync(IEnumerable<QueuedMessage> messages, CancellationToken cancellationToken) =>
        MoveAsync("-h", messages, cancellationToken);

    /// <summary>Moves them from the hold queue to the deferred queue.</summary>
    internal Task<QueueMove> ReleaseAsync(IEnumerable<QueuedMessage> messages, CancellationToken cancellationToken) =>
        MoveAsync("-H", messages, cancellationToken);

    /// <remarks>postsuper of a stopped Postfix may move a message, and then fail to write its log.</remarks>
    private async Task<QueueMove> MoveAsync(string option, IEnumerable<QueuedMessage> messages, CancellationToken cancellationToken)
    {
        string[] arguments = [.. Instance, .. messages.SelectMany(message => new[] { option, message.QueueId })];
        var result = await run("postsuper", arguments, cancellationToken);
        return new QueueMove(
            Moved().Matches(result.Error).Select(match => match.Groups["id"].Value).ToHashSet(StringComparer.Ordinal),
            result.ExitCode == 0 ? null : Failure($"postsuper {option}", result));
    }

    private static InstallationException Failure(string command, CommandOutput output) =>
        new($"{command}: {string.Join(' ', output.Error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))} (exit status {output.ExitCode})");

    [GeneratedRegex(@"open queue file (?<id>[0-9A-Za-z]+): No such file or directory", RegexOptions.ExplicitCapture)]
    private static partial Regex Gone();

    [GeneratedRegex(@"^postsuper: (?<id>[0-9A-Za-z]+): (placed on hold|released from hold)\r?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Moved();
}
