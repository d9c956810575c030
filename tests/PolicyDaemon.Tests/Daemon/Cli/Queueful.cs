using PolicyDaemon.Doctor;

namespace PolicyDaemon.Tests.Daemon.Cli;

/// <summary>A Postfix queue in memory, behind the three programs that a command asks; answers in the words of Postfix 3.7.</summary>
internal sealed class Queueful
{
    private const long Arrival = 1_795_262_400;
    private readonly SortedDictionary<string, (string Queue, string Login, string Sender)> messages = new(StringComparer.Ordinal);

    /// <summary>What happens once, after a listing and before what follows it.</summary>
    public Action? Listed { get; set; }

    /// <summary>What happens once, before messages are moved.</summary>
    public Action? Moving { get; set; }

    public void Add(string queueId, string queue, string login, string sender = "alice@truenorth.local") => messages[queueId] = (queue, login, sender);

    public void Remove(string queueId) => messages.Remove(queueId);

    public IEnumerable<string> In(string queue) => [.. messages.Where(message => message.Value.Queue == queue).Select(message => message.Key)];

    /// <param name="line">The program and its arguments.</param>
    public CommandOutput Answer(string line)
    {
        string[] words = line.Split(' ');
        return words[0] switch
        {
            "postqueue" => List(),
            "postcat" => Show(words.SkipWhile(word => word != "-eq").Skip(1)),
            "postsuper" => Move([.. words.SkipWhile(word => word is not ("-h" or "-H"))]),
            _ => throw new InvalidOperationException(line),
        };
    }

    private CommandOutput List()
    {
        string text = string.Concat(messages.Select(message =>
            $$"""{"queue_name": "{{message.Value.Queue}}", "queue_id": "{{message.Key}}", "arrival_time": {{Arrival}}, "message_size": 1234, "forced_expire": false, "sender": "{{message.Value.Sender}}", "recipients": [{"address": "bob@example.org", "delay_reason": "later"}, {"address": "eve@example.org"}]}""" + "\n"));
        Once(Listed, () => Listed = null);
        return new(0, text, "");
    }

    private CommandOutput Show(IEnumerable<string> ids)
    {
        string text = "";
        foreach (string id in ids)
        {
            if (!messages.TryGetValue(id, out (string Queue, string Login, string Sender) message))
                return new(1, "", $"postcat: fatal: open queue file {id}: No such file or directory\n");
            string login = message.Login.Length > 0 ? $"named_attribute: sasl_method=PLAIN\nnamed_attribute: sasl_username={message.Login}\n" : "";
            text += $"*** ENVELOPE RECORDS {message.Queue}/{id} ***\nmessage_size:  1234\n{login}sender: {message.Sender}\n*** HEADER EXTRACTED {message.Queue}/{id} ***\n*** MESSAGE FILE END {message.Queue}/{id} ***\n";
        }

        return new(0, text, "");
    }

    private CommandOutput Move(string[] words)
    {
        Once(Moving, () => Moving = null);
        string said = "";
        foreach (string[] pair in words.Chunk(2))
        {
            if (!messages.TryGetValue(pair[1], out (string Queue, string Login, string Sender) message)) continue;
            bool isHeld = pair[0] == "-h";
            messages[pair[1]] = message with { Queue = isHeld ? "hold" : "deferred" };
            said += $"postsuper: {pair[1]}: {(isHeld ? "placed on hold" : "released from hold")}\n";
        }

        return new(0, "", said);
    }

    private static void Once(Action? what, Action forget)
    {
        forget();
        what?.Invoke();
    }
}
