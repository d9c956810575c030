using System.Buffers;
using System.Buffers.Binary;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Wire.Milter;

/// <summary>What <see cref="MilterFraming"/> made of its input.</summary>
internal enum MilterReadStatus
{
    /// <summary>More is needed; nothing is taken.</summary>
    Incomplete,
    Packet,
    Malformed,
}

/// <summary>One packet. Its data lies in the input and is valid as long as that is.</summary>
internal readonly record struct MilterPacket(MilterCommand Command, ReadOnlySequence<byte> Data);

/// <summary>Cuts a stream of bytes into packets.</summary>
/// <remarks>
/// <code>
/// 00 00 00 05  M  &lt; &gt; 00 ...     length of what follows, big-endian, 1 or more; command; data
/// </code>
/// Source: Postfix 3.7 src/milter/milter8.c, "milter8_vread_resp"; Sendmail libmilter/docs, "mfdef.h".
/// </remarks>
internal static class MilterFraming
{
    private const int HeadBytes = sizeof(uint) + 1;

    /// <param name="input">Split and joined anyhow. Set to what lies behind the packet.</param>
    /// <param name="error">Set when malformed: one sentence for our log.</param>
    public static MilterReadStatus Read(ref ReadOnlySequence<byte> input, out MilterPacket packet, out string error)
    {
        packet = default;
        error = "";
        Span<byte> head = stackalloc byte[HeadBytes];
        var headBytes = (int)Math.Min(input.Length, HeadBytes);
        input.Slice(0, headBytes).CopyTo(head);
        if (headBytes < sizeof(uint)) return MilterReadStatus.Incomplete;

        var length = BinaryPrimitives.ReadUInt32BigEndian(head);
        if (length == 0) return Refuse("packet without a command", out error);
        if (length > MilterLimits.MaxContentBytes) return Refuse($"packet of {length} octets", out error);
        if (headBytes < HeadBytes) return MilterReadStatus.Incomplete;

        var command = (MilterCommand)head[sizeof(uint)];
        if (!Enum.IsDefined(command)) return Refuse($"unknown command: {PeerText.Escape(head[sizeof(uint)..])}", out error);
        if (length > MaxBytes(command)) return Refuse($"{command} packet of {length} octets", out error);
        if (input.Length < sizeof(uint) + length) return MilterReadStatus.Incomplete;

        packet = new MilterPacket(command, input.Slice(HeadBytes, length - 1));
        input = input.Slice(sizeof(uint) + length);
        return MilterReadStatus.Packet;
    }

    private static int MaxBytes(MilterCommand command) =>
        command is MilterCommand.Header or MilterCommand.Body or MilterCommand.EndOfMessage ? MilterLimits.MaxContentBytes : MilterLimits.MaxCommandBytes;

    private static MilterReadStatus Refuse(string reason, out string error)
    {
        error = reason;
        return MilterReadStatus.Malformed;
    }
}
