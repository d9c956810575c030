using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace PolicyDaemon.Wire.Milter;

/// <summary>Writes what a milter answers. Every string is ended by NUL.</summary>
/// <remarks>Source: Postfix 3.7 src/milter/milter8.c, "milter8_event".</remarks>
internal static class MilterReplies
{
    /// <summary>Postfix logs at most 100 characters of a quarantine's reason.</summary>
    private const int MaxReasonLength = 100;

    /// <summary>Go on.</summary>
    public static void WriteContinue(IBufferWriter<byte> output) => WriteHead(output, (byte)'c', 0); // SMFIR_CONTINUE

    /// <summary>No more parts of this body.</summary>
    public static void WriteSkip(IBufferWriter<byte> output) => WriteHead(output, (byte)'s', 0); // SMFIR_SKIP

    /// <summary>Still deciding: the server's time limit begins anew.</summary>
    public static void WriteProgress(IBufferWriter<byte> output) => WriteHead(output, (byte)'p', 0); // SMFIR_PROGRESS

    /// <param name="line"><c>554 5.7.1 text</c>: one line of printable ASCII. A percent sign is doubled, as the protocol wants.</param>
    public static void WriteReply(IBufferWriter<byte> output, string line) =>
        WriteText(output, (byte)'y', line.Replace("%", "%%", StringComparison.Ordinal)); // SMFIR_REPLYCODE

    /// <summary>Into the hold queue. Only before the last reply to the end of a message.</summary>
    /// <param name="reason">Printable ASCII; for Postfix's log.</param>
    public static void WriteQuarantine(IBufferWriter<byte> output, string reason) =>
        WriteText(output, (byte)'q', reason.Length > MaxReasonLength ? reason[..MaxReasonLength] : reason); // SMFIR_QUARANTINE

    /// <summary>Takes a field out of the header. Only before the last reply to the end of a message.</summary>
    /// <param name="index">Among the fields of this name as they were received, from 1 on.</param>
    public static void WriteRemoval(IBufferWriter<byte> output, string name, int index)
    {
        WriteHead(output, (byte)'m', sizeof(uint) + name.Length + 2); // SMFIR_CHGHEADER
        WriteNumber(output, (uint)index);
        Encoding.Latin1.GetBytes(name, output);
        output.Write("\0\0"u8);
    }

    /// <param name="options">A subset of what was offered.</param>
    /// <param name="macros">Stage and names; none when <see cref="MilterActions.NameMacros"/> is not used.</param>
    public static void WriteOptions(IBufferWriter<byte> output, MilterOptions options, IReadOnlyList<(uint Stage, string Names)> macros)
    {
        WriteHead(output, (byte)MilterCommand.Negotiate, (3 * sizeof(uint)) + macros.Sum(list => sizeof(uint) + list.Names.Length + 1));
        WriteNumber(output, options.Version);
        WriteNumber(output, (uint)options.Actions);
        WriteNumber(output, (uint)options.Steps);
        foreach (var (stage, names) in macros)
        {
            WriteNumber(output, stage);
            Encoding.ASCII.GetBytes(names, output);
            output.Write("\0"u8);
        }
    }

    private static void WriteText(IBufferWriter<byte> output, byte command, string text)
    {
        if (text.Length == 0 || text.AsSpan().ContainsAnyExceptInRange(' ', '~')) throw new ArgumentException("not one line of printable ASCII", nameof(text));
        WriteHead(output, command, text.Length + 1);
        Encoding.ASCII.GetBytes(text, output);
        output.Write("\0"u8);
    }

    private static void WriteHead(IBufferWriter<byte> output, byte command, int dataLength)
    {
        WriteNumber(output, (uint)dataLength + 1);
        output.Write([command]);
    }

    private static void WriteNumber(IBufferWriter<byte> output, uint number)
    {
        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(sizeof(uint)), number);
        output.Advance(sizeof(uint));
    }
}
