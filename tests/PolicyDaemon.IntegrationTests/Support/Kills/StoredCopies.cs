using System.Text;
using System.Text.RegularExpressions;

namespace PolicyDaemon.IntegrationTests.Support.Kills;

/// <summary>One file in a mailbox.</summary>
/// <param name="Session">Dovecot's name for the transaction, which it also gives in its answer.</param>
/// <param name="At">When it began to write it.</param>
internal sealed record StoredCopy(int Number, string Recipient, string Session, DateTimeOffset At, bool IsWhole);

/// <summary>What is in the mailboxes.</summary>
internal sealed partial class StoredCopies
{
    private readonly Dictionary<(int Number, string Recipient), List<StoredCopy>> copies = [];

    public int Count { get; private set; }

    public static StoredCopies Read(KilledMailSystem mail, IReadOnlyList<SentMessage> messages)
    {
        StoredCopies read = new();
        foreach (string login in SentMessage.Takers.Append(SentMessage.Full))
        {
            foreach (string file in mail.FindMessages(login)) read.Add(ReadCopy(file, login, messages));
        }

        return read;
    }

    public IReadOnlyList<StoredCopy> Of(int number, string recipient) => copies.GetValueOrDefault((number, recipient)) ?? [];

    private void Add(StoredCopy copy)
    {
        if (!copies.TryGetValue((copy.Number, copy.Recipient), out List<StoredCopy>? of)) copies.Add((copy.Number, copy.Recipient), of = []);
        of.Add(copy);
        Count++;
    }

    private static StoredCopy ReadCopy(string file, string login, IReadOnlyList<SentMessage> messages)
    {
        string text = File.ReadAllText(file, Encoding.Latin1);
        Match session = Session().Match(text);
        Match number = Number().Match(text);
        Match time = Time().Match(Path.GetFileName(file));
        if (!session.Success || !number.Success || !time.Success) throw new InvalidDataException($"{file} is no message of ours:\n{text[..Math.Min(text.Length, 1000)]}");
        SentMessage message = messages[int.Parse(number.ValueSpan, null)];
        DateTimeOffset at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(time.Groups["seconds"].ValueSpan, null)).AddMicroseconds(int.Parse(time.Groups["microseconds"].ValueSpan, null));
        return new(message.Number, login, session.Groups["id"].Value, at, text.EndsWith(message.ToText(), StringComparison.Ordinal));
    }

    [GeneratedRegex(@"with LMTP\s+id (?<id>\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Session();

    [GeneratedRegex(@"(?<=\n" + SentMessage.Field + @")\d+(?=\n)")]
    private static partial Regex Number();

    /// <summary>As Dovecot names files.</summary>
    [GeneratedRegex(@"^(?<seconds>\d+)\.M(?<microseconds>\d+)P", RegexOptions.ExplicitCapture)]
    private static partial Regex Time();
}
