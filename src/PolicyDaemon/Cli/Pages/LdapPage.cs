using PolicyDaemon.Admin;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Shows all that is known about the LDAP source.</summary>
internal static class LdapPage
{
    public static void Write(Page page, LdapReport report)
    {
        if (report.Sync is { } sync) SyncPage.Write(page, report.Source, sync, report.Now, report.SavedView ?? "none");
        else page.Line(Word.Strong(report.Source), "  asked for each question (directory.ldap.mode lookup)");
        page.Line();
        page.Table(
            [.. report.Servers.Select(server => new[]
            {
                Word.Faint("server"), server.Url,
                server.IsPassedOver ? new Word("passed over", Tone.Bad) : Word.Faint("no fault known"),
                server.Cause ?? "",
            })],
            indent: 2);
    }
}
