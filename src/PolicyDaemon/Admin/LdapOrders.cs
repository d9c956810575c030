using System.Globalization;

namespace PolicyDaemon.Admin;

/// <summary>Looks at the LDAP source, and confirms what its provider has.</summary>
/// <param name="author">The system user who gives the order.</param>
internal sealed class LdapOrders(AdministeredParts parts, string author)
{
    /// <summary>A large directory may take longer; the command must not give up first.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private const string NoSource = "there is no LDAP source: directory.ldap is not configured";

    public Outcome<LdapReport> Read() => parts.Ldap() is { } ldap ? ldap.Report() : Refusal.NotFound(NoSource);

    public async ValueTask<Outcome<ChangeReport>> AcceptAsync(AcceptOrder order)
    {
        if (parts.Ldap() is not { } ldap) return Refusal.NotFound(NoSource);
        var before = ldap.Report();
        if (order.Source != before.Source) return Refusal.NotFound($"there is no LDAP source '{order.Source}'");
        if (before.Sync is null) return Refusal.NotFound("directory.ldap.mode is lookup: nothing is kept in memory that could be confirmed");

        parts.Log.LdapAccepted(before.Source, author);
        try
        {
            // Whoever asked may go away meanwhile: what was ordered is carried out.
            var isDone = await ldap.AcceptAsync(CancellationToken.None).WaitAsync(Patience, parts.Time);
            return isDone ? Describe(before.Sync, ldap.Report().Sync ?? before.Sync)
                : Refusal.Unavailable($"no server could be followed, everything stays as it is: {ldap.Report().Sync?.Cause ?? "no answer"}");
        }
        catch (TimeoutException)
        {
            return new ChangeReport("under way: the log says ldap_refreshed when it is done; see policydaemon ldap show");
        }
    }

    private static ChangeReport Describe(SyncReport before, SyncReport after) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"what {after.Provider} has counts: {after.Entries} accounts, where there were {before.Entries}"));
}
