using System.Buffers;
using System.Text;
using PolicyDaemon.Wire.Lmtp;
using Xunit;

namespace PolicyDaemon.Tests.Wire.Lmtp;

public sealed class BodyDecoderTests
{
    private const string End = "\r\n.\r\n";

    /// <summary>What Postfix sends up to its end, what the backend gets, and the octets of the content.</summary>
    public static TheoryData<string, string, int> Contents => new()
    {
        { ".\r\n", "", 0 },
        { "\r\n.\r\n", "\r\n", 2 },
        { "a\r\n.\r\n", "a\r\n", 3 },
        { "..\r\n.\r\n", "..\r\n", 3 },
        { ".a\r\n.\r\n", "a\r\n", 3 },
        { "...\r\n.\r\n", "...\r\n", 4 },
        { "a\r\n..\r\n..b\r\nc.\r\n.\r\n", "a\r\n..\r\n..b\r\nc.\r\n", 14 },
        { "\0\xff\r\n.\r\n", "\0\xff\r\n", 4 },
    };

    /// <summary>What would end the message, or begin a line, for somebody who takes less than CRLF for a line end; and what it becomes.</summary>
    public static TheoryData<string, string> BareNewlines => new()
    {
        { "a\n.\nb" + End, "a\r\n..\r\nb\r\n" },
        { "a\n.\r\nb" + End, "a\r\n..\r\nb\r\n" },
        { "a\r\n.\nb" + End, "a\r\n\r\nb\r\n" },
        { "a\r.\rb" + End, "a\r\n..\r\nb\r\n" },
        { "a\r.\r\nb" + End, "a\r\n..\r\nb\r\n" },
        { "a\r\n.\rb" + End, "a\r\n\r\nb\r\n" },
        { "a\n\r.\r\nb" + End, "a\r\n\r\n..\r\nb\r\n" },
        { "a\r\r\n.\r\n", "a\r\n\r\n" },
        { "a\n.\r" + End, "a\r\n..\r\n\r\n" },
        { "\n.\n" + End, "\r\n..\r\n\r\n" },
        { ".\r" + End, "\r\n\r\n" },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public void Content_arrives_as_it_was_sent(string sent, string arrives, int size)
    {
        foreach (var cut in Enumerable.Range(0, sent.Length))
        {
            var decoded = Decode(sent + "MAIL", BareNewline.Reject, cut);
            Assert.Equal((arrives, BodyFault.None, (long)size, sent.Length), decoded);
        }
    }

    [Theory]
    [MemberData(nameof(BareNewlines))]
    public void Lone_CR_or_LF_is_refused_or_becomes_CRLF_and_ends_nothing(string sent, string arrives)
    {
        foreach (var cut in Enumerable.Range(0, sent.Length))
        {
            Assert.Equal((arrives, BodyFault.None, sent.Length), Decode(sent, BareNewline.Normalize, cut) is var (text, fault, _, used) ? (text, fault, used) : default);
            var (_, refused, _, read) = Decode(sent, BareNewline.Reject, cut);
            Assert.Equal((BodyFault.BareNewline, sent.Length), (refused, read));
        }
    }

    /// <summary>Whatever a backend takes for a line end, it finds no lone dot before the end that it is told.</summary>
    [Fact]
    public void Nothing_of_up_to_eight_octets_looks_like_an_end_to_the_backend()
    {
        foreach (var sent in Texts("\r\n.a", 8))
        {
            var (text, fault, _, _) = Decode(sent, BareNewline.Normalize, 0);
            Assert.Equal(BodyFault.None, fault);
            Assert.DoesNotContain(".", text.Split('\r', '\n'));
            Assert.Equal(text.Replace("\r\n", "", StringComparison.Ordinal), text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));

            (text, fault, _, _) = Decode(sent, BareNewline.Reject, 0);
            if (fault == BodyFault.None) Assert.DoesNotContain(".", text.Split('\r', '\n'));
        }
    }

    [Fact]
    public void NUL_is_handed_on_or_refused()
    {
        Assert.Equal(("a\0b\r\n", BodyFault.None), Decode("a\0b" + End, BareNewline.Reject, 0) is var (text, fault, _, _) ? (text, fault) : default);
        BodyDecoder strict = new(BareNewline.Reject, NulOctet.Reject);
        strict.Decode(Encoding.Latin1.GetBytes("a\0b\n" + End), null);
        Assert.Equal((true, BodyFault.Nul), (strict.IsEnded, strict.Fault));
    }

    [Theory]
    [InlineData(100, "", false), InlineData(101, "", true), InlineData(100, "\r\nReceived: from a body", false), InlineData(100, "received: once more", true)]
    public void More_than_a_hundred_received_fields_are_a_loop(int fields, string then, bool isLoop)
    {
        var sent = string.Concat(Enumerable.Repeat("Received: from a\r\n by b\r\nX-Received: no\r\nReceive: no\r\n", fields)) + then + End;
        foreach (var cut in (int[])[0, 3, 9, sent.Length / 2]) Assert.Equal(isLoop ? BodyFault.TooManyHops : BodyFault.None, Decode(sent, BareNewline.Reject, cut).Fault);
    }

    private static (string Text, BodyFault Fault, long Size, int Used) Decode(string sent, BareNewline bareNewline, int cut)
    {
        BodyDecoder decoder = new(bareNewline, NulOctet.Accept);
        ArrayBufferWriter<byte> output = new();
        var bytes = Encoding.Latin1.GetBytes(sent);
        var used = decoder.Decode(bytes.AsSpan(0, cut), output);
        if (used == cut) used += decoder.Decode(bytes.AsSpan(cut), output);
        return (Encoding.Latin1.GetString(output.WrittenSpan), decoder.Fault, decoder.Size, used);
    }

    private static IEnumerable<string> Texts(string letters, int length) =>
        length == 0 ? [""] : Texts(letters, length - 1).SelectMany(text => text.Length == length - 1 ? letters.Select(letter => text + letter).Append(text) : [text]);
}
