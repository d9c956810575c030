using System.Net;
using System.Text;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Admin;

/// <summary>Turns what an administrator typed into a question to the engine, or says what is missing.</summary>
internal static class AskQuestion
{
    /// <summary>Longest text of one field: as long as an address may be.</summary>
    private const int MaxLength = Engine.Addresses.AddressNormalizer.MaxLength;

    /// <summary>Postfix's <c>protocol_state</c> words, in the order of a session.</summary>
    private static readonly (string Word, SmtpStage Stage)[] Words =
    [
        ("CONNECT", SmtpStage.Connect),
        ("EHLO", SmtpStage.Helo),
        ("HELO", SmtpStage.Helo),
        ("MAIL", SmtpStage.Mail),
        ("RCPT", SmtpStage.Rcpt),
        ("DATA", SmtpStage.Data),
        ("END-OF-MESSAGE", SmtpStage.EndOfMessage),
    ];

    /// <summary>The stages that can be asked about, for help and for completion.</summary>
    public static IEnumerable<string> StageWords => Words.Select(word => word.Word);

    public static string WordOf(SmtpStage stage) => Array.Find(Words, word => word.Stage == stage).Word ?? "OTHER";

    public static Outcome<MailRequest> Read(AskRequest asked)
    {
        if (FindTooLong(asked) is { } field) return Refusal.Invalid($"{field} is longer than {MaxLength} characters");

        var recipient = WithoutBrackets(asked.Recipient);
        var header = ReadHeader(asked);
        var word = asked.Stage ?? (header is not null ? "END-OF-MESSAGE" : recipient.Length > 0 ? "RCPT" : "MAIL");
        var index = Array.FindIndex(Words, candidate => string.Equals(candidate.Word, word, StringComparison.OrdinalIgnoreCase));
        if (index < 0) return Refusal.Invalid($"stage '{word}' is none of {string.Join(", ", StageWords)}");

        var stage = Words[index].Stage;
        if (header is not null && stage != SmtpStage.EndOfMessage) return Refusal.Invalid($"at {Words[index].Word} nobody has seen the header yet: say --stage END-OF-MESSAGE");
        if (FindMissing(asked, stage, recipient) is { } missing) return Refusal.Invalid($"at {Words[index].Word} {missing}");
        if (asked.Size < 0) return Refusal.Invalid("size is in octets, 0 or more");
        if (asked.RecipientCount is < 0) return Refusal.Invalid("recipient-count is 0 or more");
        IPAddress? client = null;
        if (asked.Client.Length > 0 && !IPAddress.TryParse(asked.Client, out client))
        {
            return Refusal.Invalid($"client '{asked.Client}' is no IPv4 or IPv6 address");
        }

        return new MailRequest
        {
            Stage = stage,
            SaslUsername = asked.Login,
            EnvelopeSender = IsBeforeMail(stage) ? null : WithoutBrackets(asked.Sender!),
            Recipient = recipient,
            RecipientCount = asked.RecipientCount ?? (stage is SmtpStage.Data or SmtpStage.EndOfMessage ? 1 : 0),
            Size = asked.Size,
            ClientAddress = client,
            Instance = asked.Instance,
            PolicyContext = asked.Context,
            SeesMessage = header is not null,
            Header = header,
        };
    }

    private static MessageHeader? ReadHeader(AskRequest asked)
    {
        if (asked.HeaderFrom is null && asked.HeaderSender is null) return null;
        var header = new MessageHeader.Builder();
        if (asked.HeaderFrom is { } from) header.Add("From"u8, Encoding.UTF8.GetBytes(from));
        if (asked.HeaderSender is { } sender) header.Add("Sender"u8, Encoding.UTF8.GetBytes(sender));
        return header.Build();
    }

    private static string? ValueOf(MessageHeader? header, string name) =>
        header?.Fields.FirstOrDefault(field => field.IsNamed(name)) is { } field ? Encoding.UTF8.GetString(field.Value.Span) : null;

    public static AskedQuestion Describe(MailRequest request) => new(
        WordOf(request.Stage),
        request.SaslUsername,
        request.EnvelopeSender,
        request.Recipient,
        request.ClientAddress?.ToString() ?? "",
        request.Instance,
        request.Size,
        request.RecipientCount,
        request.PolicyContext,
        ValueOf(request.Header, "From"),
        ValueOf(request.Header, "Sender"));

    private static bool IsBeforeMail(SmtpStage stage) => stage is SmtpStage.Connect or SmtpStage.Helo;

    /// <summary>What Postfix would know at this stage and was not said.</summary>
    private static string? FindMissing(AskRequest asked, SmtpStage stage, string recipient)
    {
        if (!IsBeforeMail(stage) && asked.Sender is null)
        {
            return "the envelope sender is known: say --sender ADDRESS, or --sender '<>' for the null sender";
        }

        return stage == SmtpStage.Rcpt && recipient.Length == 0 ? "the recipient is known: say --recipient ADDRESS" : null;
    }

    private static string WithoutBrackets(string address) =>
        address.StartsWith('<') && address.EndsWith('>') ? address[1..^1] : address;

    private static string? FindTooLong(AskRequest asked)
    {
        (string Name, string? Text)[] fields =
        [
            ("login", asked.Login), ("sender", asked.Sender), ("recipient", asked.Recipient), ("client", asked.Client),
            ("stage", asked.Stage), ("instance", asked.Instance), ("context", asked.Context),
            ("header-from", asked.HeaderFrom), ("header-sender", asked.HeaderSender),
        ];
        return Array.Find(fields, field => field.Text?.Length > MaxLength).Name;
    }
}
