using System.Text;

namespace PolicyDaemon.Engine.Messages;

/// <summary>A message's header, in the order received, as far as it is kept: its size is the sender's to choose.</summary>
public sealed class MessageHeader
{
    /// <summary>Most fields that are kept. Mail that passed dozens of relays has some hundred.</summary>
    public const int MaxFields = 1000;

    /// <summary>Most octets of names and values that are kept; Postfix cuts each field at <c>header_size_limit</c>, 102400.</summary>
    public const int MaxOctets = 256 * 1024;

    private MessageHeader(IReadOnlyList<HeaderField> fields, bool isTruncated)
    {
        Fields = fields;
        IsTruncated = isTruncated;
    }

    public IReadOnlyList<HeaderField> Fields { get; }

    /// <summary>There were more fields than are kept: what is not here may still be in the message.</summary>
    public bool IsTruncated { get; }

    /// <summary>Collects a header while it is received, one builder for each message.</summary>
    public sealed class Builder
    {
        private readonly List<HeaderField> fields = [];
        private int octets;
        private bool isFull;

        /// <summary>Takes a copy. From the first field on that has no room, none is kept, so that those kept have no gap.</summary>
        /// <param name="name">Without the colon.</param>
        /// <param name="value">As <see cref="HeaderField.Value"/>.</param>
        public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        {
            isFull |= fields.Count == MaxFields || octets + name.Length + value.Length > MaxOctets;
            if (isFull) return;
            octets += name.Length + value.Length;
            fields.Add(new HeaderField(Encoding.Latin1.GetString(name), value.ToArray()));
        }

        /// <summary>The header as it is now.</summary>
        public MessageHeader Build() => new([.. fields], isFull);
    }
}
