using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using PolicyDaemon.Wire.Milter;

namespace PolicyDaemon.Tests.Wire.Milter;

/// <summary>One connection of the corpus.</summary>
/// <remarks>
/// A line each: <c># comment</c>; <c>= header size</c>, what the rules need to see; <c>> M &lt;a@b>\0</c>, a packet that the server sends
/// (<c>\0 \r \n \t \\ \xHH</c>); <c>>> 00 00</c>, octets that it sends; <c>&lt; c</c>, a packet that it must receive; <c>? ...</c>, a
/// question that the engine must get; <c>! ...</c>, why the connection must end.
/// </remarks>
internal sealed class MilterDialog
{
    private readonly MemoryStream sent = new();

    private MilterDialog(IEnumerable<string> lines)
    {
        foreach (var line in lines) Take(line);
    }

    public MilterNeeds Needs { get; private set; }

    public byte[] Sent => sent.ToArray();

    public List<string> Replies { get; } = [];

    public List<string> Questions { get; } = [];

    public List<string> Errors { get; } = [];

    public static MilterDialog Read(string folder, string name) =>
        new(Encoding.UTF8.GetString(Corpus.Bytes(folder, name)).Split('\n', StringSplitOptions.RemoveEmptyEntries));

    public static byte[] Packet(string text)
    {
        var data = Unescape(text.Length > 2 ? text[2..] : "");
        var packet = new byte[sizeof(uint) + 1 + data.Length];
        BinaryPrimitives.WriteUInt32BigEndian(packet, (uint)data.Length + 1);
        packet[sizeof(uint)] = (byte)text[0];
        data.CopyTo(packet, sizeof(uint) + 1);
        return packet;
    }

    /// <summary>Packets as the dialog writes them.</summary>
    public static IEnumerable<string> Describe(byte[] packets)
    {
        for (var at = 0; at < packets.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(packets.AsSpan(at));
            var data = string.Concat(packets.AsSpan(at + 5, length - 1).ToArray().Select(Escape));
            yield return data.Length == 0 ? $"{(char)packets[at + 4]}" : $"{(char)packets[at + 4]} {data}";
            at += sizeof(uint) + length;
        }
    }

    private void Take(string line)
    {
        var rest = line.Length > 2 ? line[2..] : "";
        if (line.StartsWith(">> ", StringComparison.Ordinal)) sent.Write(Convert.FromHexString(line[3..].Replace(" ", "", StringComparison.Ordinal)));
        else if (line[0] == '>') sent.Write(Packet(rest));
        else if (line[0] == '<') Replies.Add(rest);
        else if (line[0] == '?') Questions.Add(rest);
        else if (line[0] == '!') Errors.Add(rest);
        else if (line[0] == '=') Needs = new MilterNeeds(rest.Contains("header", StringComparison.Ordinal), rest.Contains("size", StringComparison.Ordinal));
        else if (line[0] != '#') throw new FormatException(line);
    }

    private static string Escape(byte octet) => octet switch
    {
        0 => @"\0",
        (byte)'\\' => @"\\",
        >= (byte)' ' and <= (byte)'~' => $"{(char)octet}",
        _ => $@"\x{octet:x2}",
    };

    private static byte[] Unescape(string text)
    {
        List<byte> octets = [];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                octets.AddRange(Encoding.UTF8.GetBytes(text[i..(i + 1)]));
                continue;
            }

            switch (text[++i])
            {
                case '0': octets.Add(0); break;
                case 'r': octets.Add((byte)'\r'); break;
                case 'n': octets.Add((byte)'\n'); break;
                case 't': octets.Add((byte)'\t'); break;
                case 'x':
                    octets.Add(byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                    i += 2;
                    break;
                default: octets.Add((byte)text[i]); break;
            }
        }

        return [.. octets];
    }
}
