using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Wire.Milter;

/// <summary>One message on its way: from MAIL to the end of the message or to an abort.</summary>
/// <param name="id">Unique among all messages of this daemon.</param>
internal sealed class MilterMessage(string id, MilterEnvelope sender, MilterNeeds needs)
{
    private const int LineEndBytes = 2;

    private readonly MessageHeader.Builder header = new();
    private long contentBytes = LineEndBytes;
    private List<string>? recipientCharges;

    public string Id => id;

    public MilterEnvelope Sender => sender;

    public MilterNeeds Needs => needs;

    /// <summary>Those that we have accepted.</summary>
    public int Recipients { get; private set; }

    public MessageHeader? Header => needs.Header ? header.Build() : null;

    /// <summary>Octets of header and body, with the line between them.</summary>
    public long Size => contentBytes;

    /// <summary>The first hold that was decided about a recipient: it stands until the end of the message.</summary>
    public Decision? Hold { get; private set; }

    /// <summary>What those recipients were charged as.</summary>
    public IReadOnlyCollection<string> RecipientCharges => recipientCharges ?? (IReadOnlyCollection<string>)[];

    public void AddRecipient(Decision? decision)
    {
        Recipients++;
        if (decision is { ChargedAs: { } charge }) (recipientCharges ??= []).Add(charge);
        if (decision is { Verdict: Verdict.Hold }) Hold ??= decision;
    }

    public void AddHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (needs.Header) header.Add(name, value);

        // A folded value has LF where the message has CR LF.
        contentBytes += name.Length + 1 + value.Length + value.Count((byte)'\n') + LineEndBytes;
    }

    public void AddBody(long bytes) => contentBytes += bytes;
}
