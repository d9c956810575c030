using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PolicyDaemon.Engine;

/// <summary>
/// An SMTP refusal: basic code, enhanced status and text as one value. The class digit of the status is the code's own,
/// so that 550 never meets 4.x.x.
/// </summary>
/// <remarks>RFC 5321 section 4.2, RFC 3463 section 2.</remarks>
public sealed record SmtpReply
{
    /// <summary>Longest text that is kept: Postfix cuts a reject text at 510 characters and puts its own words in front.</summary>
    public const int MaxTextLength = 256;

    /// <param name="code">400 to 599, second digit 0 to 5 (RFC 5321 section 4.2.1).</param>
    /// <param name="statusDetail">Subject and detail of the enhanced status, <c>7.1</c>.</param>
    /// <param name="text">Public: names no backend, rule or other person. Made one line of printable ASCII.</param>
    public SmtpReply(int code, string statusDetail, string text)
    {
        if (code is < 400 or > 599 || code / 10 % 10 > 5) throw new ArgumentOutOfRangeException(nameof(code), code, "not a refusal");
        if (!IsStatusDetail(statusDetail)) throw new ArgumentException("not subject.detail", nameof(statusDetail));
        Code = code;
        Status = string.Create(CultureInfo.InvariantCulture, $"{code / 100}.{statusDetail}");
        Text = SafeText.OneLine(text, MaxTextLength);
        if (Text.Length == 0) throw new ArgumentException("empty", nameof(text));
        Line = string.Create(CultureInfo.InvariantCulture, $"{Code} {Status} {Text}");
    }

    public int Code { get; }

    /// <summary>Enhanced status, <c>5.7.1</c>.</summary>
    public string Status { get; }

    public string Text { get; }

    /// <summary><c>554 5.7.1 text</c>, as access(5) and the milter protocol take it.</summary>
    public string Line { get; }

    public bool IsPermanent => Code >= 500;

    /// <summary>Reads <c>554 5.7.1 text</c>, as an administrator writes it in the configuration.</summary>
    public static bool TryParse(string line, [NotNullWhen(true)] out SmtpReply? reply)
    {
        reply = null;
        var parts = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 3 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var code)) return false;
        if (code is < 400 or > 599 || code / 10 % 10 > 5) return false;
        if (parts[1].Length < 3 || parts[1][0] != parts[0][0] || parts[1][1] != '.' || !IsStatusDetail(parts[1][2..])) return false;
        if (SafeText.OneLine(parts[2], MaxTextLength).Length == 0) return false;
        reply = new SmtpReply(code, parts[1][2..], parts[2]);
        return true;
    }

    public override string ToString() => Line;

    private static bool IsStatusDetail(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 2 && Array.TrueForAll(parts, part => part.Length is >= 1 and <= 3 && part.All(char.IsAsciiDigit));
    }
}
