using System.Text.Json.Serialization;
using PolicyDaemon.Backends.Mailboxes;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Admin;

/// <summary>What to do with a domain, an account or an alias.</summary>
internal enum MailboxChange
{
    Add,

    /// <summary>Change one that exists.</summary>
    Set,
    Remove,
}

/// <param name="IsEnabled">Null: enabled when added, as it is when set.</param>
/// <param name="Limits">Set only: amounts by the limit's configured name; null takes the domain's own amount away.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record DomainOrder(
    MailboxChange Change, string Name, bool? IsEnabled = null, IReadOnlyDictionary<string, long?>? Limits = null);

/// <summary>What to do with an account. What is null stays as it is, or at its default.</summary>
/// <param name="PasswordHash"><c>{SCHEME}data</c>: the clear text never leaves the process that asked for it.</param>
/// <param name="QuotaMegabytes">In mebibytes; 0: no limit.</param>
/// <param name="SendAllowed"><c>absent</c> takes the flag away.</param>
/// <param name="Status">A value of <c>directory.accountStatuses</c>; empty takes it away.</param>
/// <param name="SendAs">Addresses, or <c>@domain</c>.</param>
/// <param name="AllowedSenders">Who may write to the account's address: addresses, or <c>@domain</c>.</param>
/// <param name="Limits">Amounts by the limit's configured name; null takes the account's own amount away.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record AccountOrder(
    MailboxChange Change,
    string Login,
    string? PasswordHash = null,
    int? QuotaMegabytes = null,
    bool? IsEnabled = null,
    SendAllowed? SendAllowed = null,
    string? Status = null,
    MemberOrder? SendAs = null,
    MemberOrder? AllowedSenders = null,
    IReadOnlyDictionary<string, long?>? Limits = null)
{
    /// <summary>Without the hash: it must not get into a log by accident.</summary>
    public override string ToString() => $"{Change} account {Login}";
}

/// <summary>Members to put into a set and to take out of it.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record MemberOrder(IReadOnlyList<string> Add, IReadOnlyList<string> Remove)
{
    public static SetChange Read(MemberOrder? order) => order is null ? SetChange.None : new SetChange(order.Add, order.Remove);
}

/// <param name="Source">An address, or <c>@domain</c> for the catch-all.</param>
/// <param name="Destinations">Added: exactly one. Set: all of them, none to leave them. Removed: one, or none for the whole alias.</param>
/// <param name="AllowedSenders">Set only: who may write to it.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record AliasOrder(
    MailboxChange Change, string Source, IReadOnlyList<string> Destinations, MemberOrder? AllowedSenders = null);

/// <param name="Message">One line: what was done.</param>
internal sealed record ChangeReport(string Message);

/// <param name="Domain">Only of this domain; null: all.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ListRequest(string? Domain = null);

internal sealed record DomainList(IReadOnlyList<MailDomain> Domains);

internal sealed record AccountList(IReadOnlyList<MailAccount> Accounts);

internal sealed record AliasList(IReadOnlyList<MailAlias> Aliases);
