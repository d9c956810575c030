using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>A replica that is told what a provider says.</summary>
internal sealed class ReplicaBench
{
    public const string Provider = "ldap://one.example";
    public const string Other = "ldap://two.example";

    public ReplicaBench(SyncOptions? options = null)
    {
        var reader = new LdapAccountReader("ldap", SyncWords.Options(), new AddressNormalizer("+"));
        Replica = new SyncReplica(entry => reader.ReadViewEntry(entry.Entry, entry.Id, entry.Changed), options ?? new SyncOptions(), Clock);
    }

    public ManualClock Clock { get; } = new();

    public SyncReplica Replica { get; }

    public SyncPicture Picture => Replica.Picture;

    /// <summary>The logins in the view, in order.</summary>
    public IEnumerable<string> Logins => Picture.View.Entries.SelectMany(entry => entry.Account.Logins).Order(StringComparer.Ordinal);

    public AccountState State(int person) => Picture.View.Find(SyncWords.Id(person))!.Account.States[0];

    public ChangeNumber? Changed(int person) => Picture.View.Find(SyncWords.Id(person))?.Changed;

    /// <summary>A search begins with the cookie that is to be sent to this provider, and the provider says this.</summary>
    public SyncStep Search(string url, params SyncMessage[] messages) => Search(url, Replica.CookieFor(url), messages);

    /// <summary>A search begins that names everything.</summary>
    public SyncStep SearchAll(string url, params SyncMessage[] messages) => Search(url, null, messages);

    public SyncStep Accept(string url, params SyncMessage[] messages)
    {
        Replica.Begin(url, null, null, accepted: true);
        return Say(messages);
    }

    public SyncStep Say(params SyncMessage[] messages)
    {
        var step = SyncStep.Going;
        foreach (var message in messages) step = Replica.Apply(message);
        return step;
    }

    /// <summary>People 1 to this, changed at 1, in the view by a first refresh up to change 10.</summary>
    public ReplicaBench With(int people)
    {
        SearchAll(Provider, [.. Enumerable.Range(1, people).Select(person => SyncWords.Person(person, change: 1)), SyncWords.Done(SyncWords.Cookie(10))]);
        return this;
    }

    private SyncStep Search(string url, SyncCookie? cookie, SyncMessage[] messages)
    {
        Replica.Begin(url, null, cookie, accepted: false);
        return Say(messages);
    }
}
