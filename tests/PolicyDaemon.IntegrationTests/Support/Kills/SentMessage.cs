using System.Globalization;
using System.Text;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Support.Kills;

/// <summary>A message with one to fifty recipients, which can be told from all others wherever it is found.</summary>
/// <param name="Recipients">Localparts.</param>
/// <param name="Lines">Of its body.</param>
internal sealed record SentMessage(int Number, IReadOnlyList<string> Recipients, int Lines)
{
    /// <summary>The header field with <see cref="Number"/>.</summary>
    public const string Field = "X-Number: ";

    /// <summary>An address that nobody has: the rules refuse it.</summary>
    public const string Nobody = "nobody";

    /// <summary>A mailbox with no room: Dovecot refuses it.</summary>
    public const string Full = "full";

    private const int Mailboxes = 60;

    /// <summary>One in so many recipients cannot be delivered to.</summary>
    private const int RefusedOnce = 1000;

    /// <summary>What Postfix called it when it took it.</summary>
    public string QueueId { get; set; } = "";

    /// <summary>Those with a mailbox that takes mail.</summary>
    public static IReadOnlyList<string> Takers { get; } = [.. Enumerable.Range(1, Mailboxes).Select(i => string.Create(CultureInfo.InvariantCulture, $"box{i:00}"))];

    public static bool IsRefused(string recipient) => recipient is Nobody or Full;

    /// <summary>As mail is: four in five have one recipient, one in two hundred more than fifteen; one in a hundred is large.</summary>
    public static IReadOnlyList<SentMessage> Make(int count, int seed)
    {
        Random random = new(seed);
        List<SentMessage> messages = [];
        int named = RefusedOnce / 2;
        for (int i = 0; i < count; i++)
        {
            List<string> recipients = [.. Takers.OrderBy(_ => random.Next()).Take(CountRecipients(random))];
            for (int at = 0; at < recipients.Count; at++)
            {
                if (++named % RefusedOnce == 0) recipients[at] = named / RefusedOnce % 2 == 0 ? Full : Nobody;
            }

            messages.Add(new(i, recipients, random.Next(100) == 0 ? random.Next(1000, 5000) : random.Next(1, 60)));
        }

        return messages;
    }

    /// <summary>As it is sent, with all that Postfix would add, and as it is in the mailbox behind what Dovecot and Postfix put in front: lines end in LF.</summary>
    public string ToText()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{Field}{Number}\nFrom: someone@elsewhere.example\nTo: {AddressOf(Recipients[0])}\n");
        text.Append(CultureInfo.InvariantCulture, $"Date: Sat, 21 Nov 2026 10:15:04 +0000\nMessage-Id: <{Number}@elsewhere.example>\nSubject: {Number}\n\n");
        for (int i = 0; i < Lines; i++) text.Append(CultureInfo.InvariantCulture, $"line {i} of message {Number}, which is neither lost nor there twice, whoever is killed\n");
        return text.Append("the end\n").ToString();
    }

    private static int CountRecipients(Random random) => random.Next(200) switch
    {
        < 160 => 1,
        < 190 => random.Next(2, 5),
        < 199 => random.Next(5, 16),
        _ => random.Next(16, 51),
    };
}
