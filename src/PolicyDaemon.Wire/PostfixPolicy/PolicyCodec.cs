using System.Buffers;
using System.Text;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Wire.PostfixPolicy;

/// <summary>What a <see cref="PolicyCodec"/> made of its input.</summary>
internal enum PolicyReadStatus
{
    /// <summary>All input is taken; more is needed.</summary>
    Incomplete,
    Request,

    /// <summary>See <see cref="PolicyCodec.Error"/>. The codec must not be used any further.</summary>
    Malformed,
}

/// <summary>
/// Turns the bytes of one connection into requests, and an action into bytes. Pure but for what it keeps of a request that is not
/// complete yet, at most one line.
/// </summary>
/// <remarks>
/// <code>
/// request=smtpd_access_policy        action=DUNNO
/// protocol_state=RCPT                (empty line)
/// recipient=alice@example.org
/// (empty line)
/// </code>
/// Source: Postfix SMTPD_POLICY_README, "Protocol description".
/// </remarks>
internal sealed class PolicyCodec
{
    private readonly LineReader lines = new(PolicyLimits.MaxLineBytes);
    private PolicyRequest request;
    private PolicyRequest previous;
    private ulong seen;
    private PolicyAttribute next;
    private int attributes;
    private int bytes;

    /// <summary>A request has begun and is not complete.</summary>
    public bool HasPart => bytes > 0;

    public bool IsMalformed => Error.Length > 0;

    /// <summary>Why the input is malformed: one sentence and, after a colon, the line, escaped and cut. Empty as long as it is not.</summary>
    public string Error { get; private set; } = "";

    /// <param name="input">Split and joined anyhow. Set to what lies behind the request; empty when <see cref="PolicyReadStatus.Incomplete"/>.</param>
    /// <param name="complete">Set when <see cref="PolicyReadStatus.Request"/>.</param>
    public PolicyReadStatus Read(ref ReadOnlySequence<byte> input, out PolicyRequest complete)
    {
        var status = PolicyReadStatus.Incomplete;
        long taken = 0;
        foreach (var memory in input)
        {
            var rest = memory.Span;
            status = Read(ref rest);
            taken += memory.Length - rest.Length;
            if (status != PolicyReadStatus.Incomplete) break;
        }

        input = input.Slice(taken);
        complete = request;
        if (status == PolicyReadStatus.Request) Reset();
        return status;
    }

    /// <param name="action">As access(5) takes it, never empty: Postfix takes an empty action for OK. One line of printable ASCII.</param>
    public static void WriteAction(IBufferWriter<byte> output, string action)
    {
        if (ReferenceEquals(action, PolicyMapping.Dunno))
        {
            output.Write("action=DUNNO\n\n"u8);
            return;
        }

        if (action.AsSpan().Trim(' ').IsEmpty || action.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException("not one line of printable ASCII", nameof(action));
        }

        output.Write("action="u8);
        Encoding.ASCII.GetBytes(action, output);
        output.Write("\n\n"u8);
    }

    private PolicyReadStatus Read(ref ReadOnlySpan<byte> input)
    {
        while (true)
        {
            var length = input.Length;
            var status = lines.Read(ref input, out var line);
            if (status == LineStatus.TooLong) return Refuse($"line longer than {PolicyLimits.MaxLineBytes} octets", line);

            bytes += length - input.Length;
            if (bytes > PolicyLimits.MaxRequestBytes) return Refuse($"request longer than {PolicyLimits.MaxRequestBytes} octets", line);
            if (status == LineStatus.Incomplete) return PolicyReadStatus.Incomplete;
            if (line.IsEmpty) return Complete();
            if (Take(line) is { } error) return Refuse(error, line);
        }
    }

    private string? Take(ReadOnlySpan<byte> line)
    {
        if (++attributes > PolicyLimits.MaxAttributes) return $"more than {PolicyLimits.MaxAttributes} attributes";
        if (attributes == 1 && !line.SequenceEqual("request=smtpd_access_policy"u8)) return "first line is not request=smtpd_access_policy";
        if (line.ContainsAnyExceptInRange((byte)1, (byte)0x7f))
        {
            if (line.Contains((byte)0)) return "NUL in a line";
            if (!System.Text.Unicode.Utf8.IsValid(line)) return "invalid UTF-8";
        }

        if (!PolicyAttributes.TryFind(line, next, out var attribute, out var value))
        {
            return line.IndexOf((byte)'=') > 0 ? null : "not name=value";
        }

        // Two values of one attribute would be two answers to who sends.
        var bit = 1UL << (int)attribute;
        if ((seen & bit) != 0) return "attribute repeated";
        seen |= bit;
        next = attribute + 1;
        return PolicyValues.Set(ref request, in previous, attribute, value);
    }

    private PolicyReadStatus Complete() =>
        attributes == 0 ? Refuse("empty request", [])
        : request.ProtocolState == ProtocolState.Missing ? Refuse("protocol_state is missing", [])
        : PolicyReadStatus.Request;

    private PolicyReadStatus Refuse(string error, ReadOnlySpan<byte> line)
    {
        Error = line.IsEmpty ? error : $"{error}: {PeerText.Escape(line)}";
        return PolicyReadStatus.Malformed;
    }

    private void Reset()
    {
        previous = request;
        request = default;
        seen = 0;
        next = default;
        attributes = 0;
        bytes = 0;
    }
}
