using System.Globalization;

namespace PolicyDaemon.MailStack.Smtp;

/// <summary>What an SMTP server answered, line by line, without CR LF.</summary>
public sealed record SmtpServerReply(IReadOnlyList<string> Lines)
{
    /// <summary>The basic code of the last line; 0 when the connection was closed instead.</summary>
    public int Code =>
        Lines is [.., { Length: >= 3 } last] && int.TryParse(last.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int code)
            ? code
            : 0;

    /// <summary>All lines in one, separated by LF; begins with the code: compare it to see code, enhanced status and text at once.</summary>
    public string Text => string.Join('\n', Lines);

    public bool IsSuccess => Code is >= 200 and < 300;

    public SmtpServerReply EnsureSuccess() =>
        IsSuccess ? this : throw new InvalidOperationException($"the server answered: {this}");

    public override string ToString() => Code == 0 ? "(connection closed)" : Text;
}
