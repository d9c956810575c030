using System.Collections.Immutable;
using System.Text;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>
/// How far a consumer has followed a provider (RFC 4533 section 2.1.2): opaque, and given back as it came. Where it is OpenLDAP's, it
/// also tells which changes are in it, so that two providers can be compared.
/// </summary>
/// <remarks>
/// OpenLDAP's form: <c>rid=NNN[,sid=NNN],csn=CSN[;CSN…][,delcsn=CSN]</c>, the newest change of each server; without <c>rid=</c> slapd
/// ignores it (slapd 2.5, servers/slapd/ldapsync.c).
/// </remarks>
internal sealed class SyncCookie
{
    /// <summary>More is no cookie: slapd's grows by 41 octets for each server.</summary>
    internal const int MaxBytes = 64 * 1024;

    private static readonly ImmutableSortedDictionary<int, ChangeNumber> NoChanges = ImmutableSortedDictionary<int, ChangeNumber>.Empty;

    private readonly ImmutableSortedDictionary<int, ChangeNumber> changes;

    private SyncCookie(string text, ImmutableSortedDictionary<int, ChangeNumber> changes)
    {
        Text = text;
        this.changes = changes;
    }

    /// <summary>As the provider wrote it, in Latin-1, so that any octets survive.</summary>
    public string Text { get; }

    public byte[] Octets => Encoding.Latin1.GetBytes(Text);

    /// <summary>False where the provider is of another kind, or has nothing: then nothing can be said about what is in it.</summary>
    public bool TellsChanges => !changes.IsEmpty;

    /// <summary>OpenLDAP's without a change in it: of a database that was made anew.</summary>
    public bool IsOfNothing => !TellsChanges && Text.StartsWith("rid=", StringComparison.Ordinal);

    /// <summary>The newest change in it; null where it does not tell.</summary>
    public ChangeNumber? Newest => TellsChanges ? changes.Values.Max() : null;

    public static SyncCookie Read(ReadOnlySpan<byte> octets) => Read(Encoding.Latin1.GetString(octets));

    public static SyncCookie Read(string text) => new(text, ReadChanges(text));

    /// <summary>What a provider that has these changes would give.</summary>
    /// <param name="numbers">Values of <c>contextCSN</c>, in any order; what is not of OpenLDAP's form is left out.</param>
    /// <returns>Null when nothing is left.</returns>
    public static SyncCookie? OfChanges(IEnumerable<string> numbers)
    {
        var newest = numbers.Aggregate(NoChanges, WithNewest);
        return newest.IsEmpty ? null : OfChanges(newest);
    }

    /// <summary>Whether it says anything about the changes made on this server.</summary>
    public bool Names(int server) => changes.ContainsKey(server);

    /// <summary>Whether a provider that gave this cookie has this change behind it.</summary>
    public bool Covers(ChangeNumber change) => changes.TryGetValue(change.Server, out var newest) && newest >= change;

    /// <summary>Whether all that is in the other one is in this one too. True where one of them is of another kind of server.</summary>
    public bool Reaches(SyncCookie other) => (!TellsChanges && !IsOfNothing) || other.changes.Values.All(Covers);

    /// <summary>What one knows who has followed both: this cookie itself when it reaches the other.</summary>
    public SyncCookie Join(SyncCookie other)
    {
        if (Reaches(other)) return this;
        if (other.Reaches(this)) return other;
        return OfChanges(other.changes.Values.Aggregate(changes, WithNewest));
    }

    public override string ToString() => Text;

    /// <summary>Servers in the order of their ids, as slapd keeps them.</summary>
    private static SyncCookie OfChanges(ImmutableSortedDictionary<int, ChangeNumber> changes) =>
        new($"rid=000,csn={string.Join(';', changes.Values)}", changes);

    private static ImmutableSortedDictionary<int, ChangeNumber> ReadChanges(string text) => text.Split(',')
        .Where(part => part.StartsWith("csn=", StringComparison.Ordinal))
        .SelectMany(part => part[4..].Split(';'))
        .Aggregate(NoChanges, WithNewest);

    private static ImmutableSortedDictionary<int, ChangeNumber> WithNewest(ImmutableSortedDictionary<int, ChangeNumber> changes, string number) =>
        ChangeNumber.TryParse(number, out var change) ? WithNewest(changes, change) : changes;

    private static ImmutableSortedDictionary<int, ChangeNumber> WithNewest(ImmutableSortedDictionary<int, ChangeNumber> changes, ChangeNumber change) =>
        changes.TryGetValue(change.Server, out var known) && known >= change ? changes : changes.SetItem(change.Server, change);
}
