using System.Globalization;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>What a server offers in its reply to LHLO, as far as the relay can carry it.</summary>
/// <param name="Size">The argument of SIZE, empty without one; null: not offered.</param>
/// <param name="Xclient">Attributes of XCLIENT; null: not offered.</param>
/// <remarks>
/// RFC 6152 (8BITMIME), RFC 6531 (SMTPUTF8), RFC 1870 (SIZE), Postfix XFORWARD_README. Not DSN, for which the relay would have to send notices; not CHUNKING and
/// STARTTLS, which Dovecot offers and the relay does not speak.
/// </remarks>
internal sealed record LmtpCapabilities(bool EightBitMime, bool SmtpUtf8, string? Size, IReadOnlyList<string>? Xclient)
{
    /// <summary>Several commands may be told before the reply to the first is there (RFC 2920).</summary>
    public bool Pipelining { get; private init; }

    public static LmtpCapabilities Of(LmtpReply lhlo)
    {
        string? size = null;
        IReadOnlyList<string>? xclient = null;
        var (eightBit, utf8, pipelining) = (false, false, false);
        foreach (var line in lhlo.Lines.Skip(1))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words is [] ? "" : words[0].ToUpperInvariant())
            {
                case "8BITMIME":
                    eightBit = true;
                    break;
                case "SMTPUTF8":
                    utf8 = true;
                    break;
                case "PIPELINING":
                    pipelining = true;
                    break;
                case "SIZE":
                    size = words is [_, var octets, ..] && long.TryParse(octets, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? octets : "";
                    break;
                case "XCLIENT":
                    xclient = [.. words.Skip(1).Select(word => word.ToUpperInvariant())];
                    break;
            }
        }

        return new LmtpCapabilities(eightBit, utf8, size, xclient) { Pipelining = pipelining };
    }

    /// <summary>What Postfix is offered when the message goes on to a server with these.</summary>
    public LmtpReply ToReply(string node)
    {
        List<string> lines = [node, "PIPELINING", "ENHANCEDSTATUSCODES"];
        if (EightBitMime) lines.Add("8BITMIME");
        if (SmtpUtf8) lines.Add("SMTPUTF8");
        if (Size is { } size) lines.Add(size.Length > 0 ? $"SIZE {size}" : "SIZE");
        lines.Add($"XFORWARD {ForwardedClient.Attributes}");
        return new LmtpReply(250, lines);
    }
}
