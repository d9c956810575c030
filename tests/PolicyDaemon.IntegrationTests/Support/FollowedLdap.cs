using PolicyDaemon.Admin;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>What the built daemon says of the LDAP source that it keeps in memory.</summary>
internal static class FollowedLdap
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task<SyncReport> ReadAsync(MailStackRoot root)
    {
        using AdminClient client = new(root.PathOf("policydaemon", "admin.sock"), Patience);
        Outcome<LdapReport> outcome = await client.ReadLdapAsync(default);
        return outcome.Report?.Sync ?? throw new InvalidOperationException($"the daemon does not tell of LDAP: {outcome.Refusal}");
    }

    /// <summary>Waits until all that was changed on a server so far is in force in the daemon.</summary>
    public static async Task WaitUntilInForceAsync(MailStackRoot root, SlapdServer slapd)
    {
        string progress = await slapd.ReadProgressAsync();
        SyncReport? report = null;
        await Wait.UntilAsync(
            async () => (report = await ReadAsync(root)) is { AnswersFrom: AnswersFrom.View, Cookie: { } cookie } && cookie.Contains(progress, StringComparison.Ordinal),
            $"the daemon has everything up to {progress}",
            details: () => $"{report}");
    }
}
