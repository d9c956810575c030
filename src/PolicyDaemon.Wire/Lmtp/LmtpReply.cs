using System.Buffers;
using System.Globalization;
using System.Text;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>One reply of either side, with all its lines.</summary>
/// <remarks>Text is kept octet for octet, as Latin-1. RFC 5321 section 4.2, RFC 2034 section 3.</remarks>
internal sealed class LmtpReply
{
    /// <param name="lines">At least one, without code and line end.</param>
    public LmtpReply(int code, IReadOnlyList<string> lines)
    {
        Code = code;
        Lines = lines;
        Status = FindStatus(code, lines[0]);
    }

    public LmtpReply(int code, string text)
        : this(code, [text])
    {
    }

    public int Code { get; }

    public IReadOnlyList<string> Lines { get; }

    /// <summary>Subject and detail of the enhanced status, <c>1.1</c> of 5.1.1; null without one of the code's own class.</summary>
    public string? Status { get; }

    public bool IsPositive => Code is >= 200 and < 300;

    public bool IsTemporary => Code is >= 400 and < 500;

    public bool IsPermanent => Code is >= 500 and < 600;

    /// <summary>354, the answer to DATA: the content may come.</summary>
    public bool IsIntermediate => Code is >= 300 and < 400;

    /// <summary>421: the server closes its connection.</summary>
    public bool IsClosing => Code == 421;

    /// <summary>The reply in one line, for a log.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Code} {string.Join(" / ", Lines)}");

    /// <summary>The first line's text without its enhanced status.</summary>
    public string Words => Status is null ? Lines[0] : Lines[0][(Status.Length + 2)..].TrimStart();

    public void Write(IBufferWriter<byte> output)
    {
        for (var i = 0; i < Lines.Count; i++)
        {
            var separator = i < Lines.Count - 1 ? '-' : ' ';
            Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Code}{separator}{Lines[i]}\r\n"), output);
        }
    }

    private static string? FindStatus(int code, string line)
    {
        var word = line.Split(' ', 2)[0];
        var parts = word.Split('.');
        if (parts.Length != 3 || parts[0].Length != 1 || parts[0][0] - '0' != code / 100) return null;
        return parts.Skip(1).All(part => part.Length is >= 1 and <= 3 && part.All(char.IsAsciiDigit)) ? word[2..] : null;
    }
}
