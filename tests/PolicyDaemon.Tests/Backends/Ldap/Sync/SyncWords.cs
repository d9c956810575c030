using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>What a provider says, for tests: people by number, changes by number and server.</summary>
internal static class SyncWords
{
    public static LdapOptions Options(params LdapUrl[] urls) => new()
    {
        Urls = urls,
        BindDn = "cn=policydaemon,dc=truenorth,dc=local",
        BaseDn = "dc=truenorth,dc=local",
        Attributes = new LdapAttributes { SendAllowed = "tnMailSendAllowed", AccountStatus = "tnAccountStatus" },
    };

    public static LdapUrl Url(string name) =>
        LdapUrl.TryParse($"ldap://{name}.example", out var url, out var error) ? url : throw new FormatException(error);

    public static Guid Id(int person) => ViewEntries.Id(person);

    /// <param name="server">The id of the server that made the change.</param>
    public static string Csn(int change, int server = 0) => $"20261121101500.{change:000000}Z#000000#{server:x3}#000000";

    /// <summary>A cookie with these changes of the servers 0, 1, …</summary>
    public static SyncCookie Cookie(params int[] changes) =>
        SyncCookie.Read($"rid=000,csn={string.Join(';', changes.Select((change, server) => (change, server)).Where(one => one.change > 0).Select(one => Csn(one.change, one.server)))}");

    /// <summary>A cookie that says nothing.</summary>
    public static SyncCookie Opaque(string text) => SyncCookie.Read(text);

    /// <param name="change">The entryCSN; 0: the server shows none.</param>
    /// <param name="login">Null: <c>p</c> and the number; empty: neither login nor address can be seen.</param>
    public static SyncEntry Person(
        int person, int change, SyncCookie? cookie = null, int server = 0, string? login = null, string? dn = null, string? allowed = null, string? status = null,
        string? address = null, SyncState state = SyncState.Add)
    {
        login ??= $"p{person}";
        (string Name, string? Value)[] attributes =
        [
            ("uid", login), ("mail", login.Length == 0 ? null : address ?? $"{login}@truenorth.local"), ("tnMailSendAllowed", allowed),
            ("tnAccountStatus", status), ("entryCSN", change == 0 ? null : Csn(change, server)),
        ];
        var shown = attributes.Where(attribute => !string.IsNullOrEmpty(attribute.Value)).Select(attribute => new LdapEntry.Attribute(attribute.Name, [attribute.Value!]));
        return new SyncEntry(state, Id(person), new LdapEntry(dn ?? DnOf(person), [.. shown]), cookie);
    }

    public static string DnOf(int person) => $"uid=p{person},ou=people,dc=truenorth,dc=local";

    public static SyncEntry Deleted(int person, SyncCookie? cookie = null) =>
        new(SyncState.Delete, Id(person), new LdapEntry(DnOf(person), []), cookie);

    public static SyncEntry Unchanged(int person) =>
        new(SyncState.Present, Id(person), new LdapEntry(DnOf(person), []), null);

    public static SyncIdSet Present(params int[] people) => new([.. people.Select(Id)], AreDeleted: false, null);

    public static SyncIdSet Gone(params int[] people) => new([.. people.Select(Id)], AreDeleted: true, null);

    /// <summary>The refresh is over; whatever was not named is gone only if no cookie was sent.</summary>
    public static SyncPhaseEnd Done(SyncCookie? cookie) => new(IsPresentPhase: false, IsDone: true, cookie);

    /// <summary>The refresh is over; whatever was not named is gone.</summary>
    public static SyncPhaseEnd DonePresent(SyncCookie? cookie) => new(IsPresentPhase: true, IsDone: true, cookie);
}
