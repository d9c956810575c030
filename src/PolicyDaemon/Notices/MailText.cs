using System.Globalization;
using System.Text;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Notices;

/// <summary>Writes a notice as a message: ASCII lines ending in CRLF, ready for DATA but for its dots.</summary>
/// <remarks>RFC 5322; MIME of RFC 2045; <c>Auto-Submitted</c> of RFC 3834, so that no vacation answers it.</remarks>
internal static class MailText
{
    private const int MaxSubjectLength = 200;

    private const int Base64LineLength = 76;

    public static string Write(Notice notice, string from, string to)
    {
        var isAscii = Ascii.IsValid(notice.Text);
        var message = new StringBuilder();
        Header("From", $"PolicyDaemon <{from}>");
        Header("To", $"<{to}>");
        Header("Subject", SafeText.OneLine($"[policydaemon {notice.Node}] {notice.Subject}", MaxSubjectLength));
        Header("Date", notice.Time.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
        Header("Message-ID", $"<{notice.Id}.policydaemon@{from[(from.LastIndexOf('@') + 1)..]}>");
        Header("Auto-Submitted", "auto-generated");
        Header("MIME-Version", "1.0");
        Header("Content-Type", isAscii ? "text/plain; charset=us-ascii" : "text/plain; charset=utf-8");
        Header("Content-Transfer-Encoding", isAscii ? "7bit" : "base64");
        message.Append("\r\n");
        foreach (var line in isAscii ? notice.Text.TrimEnd('\n').Split('\n') : Base64(notice.Text)) message.Append(line).Append("\r\n");
        return message.ToString();

        void Header(string name, string value) => message.Append(name).Append(": ").Append(value).Append("\r\n");
    }

    private static IEnumerable<string> Base64(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).Chunk(Base64LineLength).Select(static line => new string(line));
}
