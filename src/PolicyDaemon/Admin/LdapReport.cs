using System.Text.Json.Serialization;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Configuration;

namespace PolicyDaemon.Admin;

/// <summary>How the LDAP source is.</summary>
internal sealed record LdapReport
{
    public required string Source { get; init; }

    public required DateTimeOffset Now { get; init; }

    public required LdapMode Mode { get; init; }

    /// <summary>The servers as they are when questions are put to them, the preferred one first.</summary>
    public required IReadOnlyList<LdapServerReport> Servers { get; init; }

    /// <summary>Path of the file that keeps the accounts over a restart; null: none.</summary>
    public string? SavedView { get; init; }

    /// <summary>Null in mode lookup.</summary>
    public SyncReport? Sync { get; init; }

    /// <summary>Nothing is left to wish: followed, with nothing withheld; in mode lookup some server is asked.</summary>
    [JsonIgnore]
    public bool IsWell => Sync is { } sync
        ? sync is { Connection: SyncConnection.Connected or SyncConnection.Refreshing, IsStale: false, Withheld: 0, Older: 0 }
        : !Servers.All(server => server.IsPassedOver);
}

/// <param name="IsPassedOver">It failed, and is left alone until a probe finds it well.</param>
internal sealed record LdapServerReport(string Url, bool IsPassedOver, string? Cause);

/// <summary>What the provider has counts, whatever that takes away.</summary>
/// <param name="Source">The name of the source: there is one, <c>ldap</c>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record AcceptOrder(string Source = "ldap");
