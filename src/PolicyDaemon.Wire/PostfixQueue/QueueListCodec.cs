using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace PolicyDaemon.Wire.PostfixQueue;

/// <summary>
/// Reads what Postfix's showq(8) writes to whoever connects to <c>public/showq</c>: names and values, each ended by NUL, in records that an empty
/// name ends. The first record names the protocol, then there is one for each message, and an empty record ends the list. Only counts: a queue of
/// a million messages takes no more memory than an empty one.
/// </summary>
/// <remarks>
/// <code>protocol␀mail_queue_list_protocol␀␀queue_name␀deferred␀queue_id␀4d…␀time␀1794…␀size␀…␀forced_expire␀0␀sender␀a@x␀recipient␀b@y␀reason␀…␀␀␀</code>
/// Source: <c>showq.c</c> and <c>attr_print0.c</c> of Postfix 3.7 and 3.10, and what both send. Names that are not known are passed over.
/// </remarks>
public sealed class QueueListCodec
{
    /// <summary>One name or one value; a <c>reason</c> is what another server said, at most some thousand octets.</summary>
    public const int MaxTextBytes = 65_536;

    private const string Protocol = "mail_queue_list_protocol";

    private const int MaxShownCharacters = 64;

    private readonly QueueListing listing = new();
    private string? name;
    private string? queue;
    private DateTimeOffset? arrived;
    private bool isGreeted;
    private bool hasFields;

    /// <summary>The list has ended, and <see cref="Listing"/> is whole.</summary>
    public bool IsComplete { get; private set; }

    public QueueListing Listing => IsComplete ? listing : throw new InvalidOperationException("the list has not ended yet");

    /// <summary>Takes in all that is whole; what is left is the beginning of a text.</summary>
    /// <exception cref="InvalidDataException">This is no queue list.</exception>
    public void Read(ref ReadOnlySequence<byte> input)
    {
        SequenceReader<byte> reader = new(input);
        while (!IsComplete && reader.TryReadTo(out ReadOnlySequence<byte> text, 0)) Take(text);
        input = input.Slice(reader.Position);
        if (!IsComplete && input.Length > MaxTextBytes) throw TooLong();
    }

    private void Take(ReadOnlySequence<byte> text)
    {
        if (text.Length > MaxTextBytes) throw TooLong();
        if (name is not null)
        {
            TakeValue(name, text);
            name = null;
        }
        else if (text.IsEmpty)
        {
            EndRecord();
        }
        else
        {
            name = Show(text);
            hasFields = true;
        }
    }

    private void TakeValue(string of, ReadOnlySequence<byte> value)
    {
        switch (of)
        {
            case "protocol" when !isGreeted:
                if (Show(value) != Protocol) throw new InvalidDataException($"the protocol is '{Show(value)}', and not {Protocol}");
                isGreeted = true;
                break;
            case var _ when !isGreeted:
                throw new InvalidDataException($"begins with '{of}', and not with its protocol");
            case "queue_name":
                queue = Show(value);
                break;
            case "time":
                arrived = ReadTime(value);
                break;
        }
    }

    private void EndRecord()
    {
        if (!isGreeted) throw new InvalidDataException("is empty");
        if (!hasFields)
        {
            IsComplete = true;
            return;
        }

        if (queue is not null) listing.Add(queue, arrived ?? throw new InvalidDataException("a message has no time"));
        (queue, arrived, hasFields) = (null, null, false);
    }

    private static DateTimeOffset ReadTime(ReadOnlySequence<byte> value)
    {
        // Until the year 9999, which is what a DateTimeOffset can hold.
        var digits = value.ToArray();
        return Utf8Parser.TryParse(digits, out long seconds, out var read) && read == digits.Length && seconds is >= 0 and <= 253_402_300_799
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new InvalidDataException($"the time '{Show(value)}' is no time");
    }

    private static string Show(ReadOnlySequence<byte> text) => Encoding.ASCII.GetString(text.Slice(0, Math.Min(text.Length, MaxShownCharacters)));

    private static InvalidDataException TooLong() => new($"a text of more than {MaxTextBytes} octets");
}
