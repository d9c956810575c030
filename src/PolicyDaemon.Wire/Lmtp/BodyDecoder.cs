using System.Buffers;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>Why a message may not be handed on.</summary>
internal enum BodyFault
{
    None,
    BareNewline,
    Nul,
    TooManyHops,
}

/// <summary>
/// The content of one message, from Postfix's DATA to that of a backend: dots taken out and put in anew, so that whatever the backend takes for a line end, it never
/// sees the end of the data before it is told.
/// </summary>
/// <remarks>
/// A line ends with CRLF and the content with CRLF.CRLF, nothing else (RFC 5321 sections 2.3.8 and 4.1.1.4): a lone CR or LF is either a fault or becomes CRLF, and a dot
/// behind it begins a line only on the way out. Dovecot 2.3.19 takes LF.LF for the end.
/// </remarks>
internal sealed class BodyDecoder(BareNewline bareNewline, NulOctet nul)
{
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);
    private static readonly SearchValues<byte> LineEndsAndNul = SearchValues.Create("\r\n\0"u8);

    private readonly SearchValues<byte> special = nul == NulOctet.Reject ? LineEndsAndNul : LineEnds;
    private readonly HopCount hops = new();
    private State state = State.LineStart;
    private bool isOutputAtLineStart = true;

    private enum State
    {
        /// <summary>Behind a CRLF, or at the beginning.</summary>
        LineStart,

        /// <summary>Behind a dot at <see cref="LineStart"/>, which is not content.</summary>
        Dot,
        DotCr,
        Text,
        Cr,
        Ended,
    }

    /// <summary>The end of the content was seen.</summary>
    public bool IsEnded => state == State.Ended;

    /// <summary>The first that was found. From then on nothing is handed on.</summary>
    public BodyFault Fault { get; private set; }

    /// <summary>Octets of the content.</summary>
    public long Size { get; private set; }

    /// <param name="output">Gets the content with its dots, without its end; null: nobody wants it any more.</param>
    /// <returns>How much was used: all, unless the content ended before.</returns>
    public int Decode(ReadOnlySpan<byte> input, IBufferWriter<byte>? output)
    {
        var at = 0;
        while (at < input.Length && state != State.Ended)
        {
            var octet = input[at];
            switch (state)
            {
                case State.LineStart when octet == '.':
                    state = State.Dot;
                    at++;
                    break;
                case State.Dot when octet == '\r':
                    state = State.DotCr;
                    at++;
                    break;
                case State.DotCr when octet == '\n':
                    state = State.Ended;
                    at++;
                    break;
                case State.Cr when octet == '\n':
                    PutLineEnd(output);
                    state = State.LineStart;
                    at++;
                    break;
                case State.Cr or State.DotCr:
                    // The CR stands alone; what is here now is looked at anew.
                    PutBareNewline(output);
                    state = State.Text;
                    break;
                default:
                    state = State.Text;
                    at += PutText(input[at..], output);
                    break;
            }
        }

        return at;
    }

    /// <summary>Text up to the next CR or LF, and that too.</summary>
    private int PutText(ReadOnlySpan<byte> input, IBufferWriter<byte>? output)
    {
        var length = input.IndexOfAny(special);
        if (length < 0) length = input.Length;
        Put(input[..length], output);
        if (length == input.Length) return length;
        switch (input[length])
        {
            case (byte)'\r':
                state = State.Cr;
                break;
            case (byte)'\n':
                PutBareNewline(output);
                break;
            default:
                Refuse(BodyFault.Nul);
                break;
        }

        return length + 1;
    }

    private void Put(ReadOnlySpan<byte> text, IBufferWriter<byte>? output)
    {
        if (text.IsEmpty) return;
        hops.AddText(text);
        Size += text.Length;
        if (Fault == BodyFault.None && output is not null)
        {
            if (isOutputAtLineStart && text[0] == '.') output.Write("."u8);
            output.Write(text);
        }

        isOutputAtLineStart = false;
    }

    private void PutLineEnd(IBufferWriter<byte>? output)
    {
        if (!hops.IsOver && hops.AddLineEnd() > LmtpLimits.MaxHops) Refuse(BodyFault.TooManyHops);
        Size += 2;
        if (Fault == BodyFault.None) output?.Write("\r\n"u8);
        isOutputAtLineStart = true;
    }

    private void PutBareNewline(IBufferWriter<byte>? output)
    {
        if (bareNewline == BareNewline.Reject) Refuse(BodyFault.BareNewline);
        PutLineEnd(output);
    }

    private void Refuse(BodyFault fault)
    {
        if (Fault == BodyFault.None) Fault = fault;
    }
}
