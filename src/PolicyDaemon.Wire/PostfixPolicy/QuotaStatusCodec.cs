using System.Buffers;
using System.Globalization;
using System.Text;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Wire.PostfixPolicy;

/// <summary>The policy protocol as its client: a request out, an action in. Pure; one instance reads one answer.</summary>
/// <remarks>
/// <code>
/// request=smtpd_access_policy        action=552 5.2.2 Mailbox is full
/// protocol_state=RCPT                (empty line)
/// recipient=alice@example.org
/// size=2432
/// (empty line)
/// </code>
/// Dovecot uses recipient and size, and takes no other protocol_state. Source: Dovecot 2.3 src/plugins/quota/quota-status.c.
/// </remarks>
internal sealed class QuotaStatusCodec
{
    /// <summary>Lines in one answer; Dovecot sends one.</summary>
    private const int MaxAnswerLines = 16;

    private readonly LineReader lines = new(PolicyLimits.MaxLineBytes);
    private string? action;
    private int answerLines;

    /// <param name="recipient">Without LF or NUL.</param>
    public static void WriteRequest(IBufferWriter<byte> output, string recipient, long size)
    {
        if (recipient.AsSpan().ContainsAny('\n', '\0')) throw new ArgumentException("not one line", nameof(recipient));
        output.Write("request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nrecipient="u8);
        Encoding.UTF8.GetBytes(recipient, output);
        output.Write("\nsize="u8);
        Encoding.ASCII.GetBytes(size.ToString(CultureInfo.InvariantCulture), output);
        output.Write("\n\n"u8);
    }

    /// <param name="input">Set to what lies behind the answer; empty while it is not complete.</param>
    /// <returns>The action, or null when more is needed.</returns>
    /// <exception cref="InvalidDataException">The answer is not one.</exception>
    public string? Read(ref ReadOnlySequence<byte> input)
    {
        long taken = 0;
        string? answer = null;
        foreach (var memory in input)
        {
            var rest = memory.Span;
            answer = Read(ref rest);
            taken += memory.Length - rest.Length;
            if (answer is not null) break;
        }

        input = input.Slice(taken);
        return answer;
    }

    private string? Read(ref ReadOnlySpan<byte> input)
    {
        while (true)
        {
            switch (lines.Read(ref input, out var line))
            {
                case LineStatus.Incomplete: return null;
                case LineStatus.TooLong: throw new InvalidDataException("answer too long");
            }

            if (line.IsEmpty) return action ?? throw new InvalidDataException("answer without action");
            if (++answerLines > MaxAnswerLines) throw new InvalidDataException("answer too long");
            if (line.StartsWith("action="u8)) action = Encoding.UTF8.GetString(line["action="u8.Length..]);
        }
    }
}
