using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>One entry of the directory as the view keeps it: the account it describes, and what is needed to follow its changes.</summary>
/// <remarks>
/// Its texts lie in one block of octets (<see cref="EntryOctets"/>), in UTF-8: a million entries are two million small objects, not fifteen.
/// What is asked for is made when it is asked for. Two entries are equal when all that they say is equal.
/// </remarks>
internal sealed record ViewEntry
{
    private readonly string source;
    private readonly ChangeNumber changed;
    private readonly byte[] octets;

    /// <param name="id">The <c>entryUUID</c>.</param>
    /// <param name="changed">The <c>entryCSN</c>; null where the server has none or does not show it.</param>
    /// <param name="account">With one state: what the entry itself says.</param>
    /// <param name="allowedSenders">Who may write to the account's addresses; empty: everyone.</param>
    /// <param name="hasUnreadableAllowedSenders">Somebody wanted to restrict that, and wrote nothing we understand.</param>
    public ViewEntry(Guid id, ChangeNumber? changed, Account account, IReadOnlyList<EmailAddress> allowedSenders, bool hasUnreadableAllowedSenders)
        : this(id, changed, account.States[0].Source, EntryOctets.Of(account, allowedSenders, hasUnreadableAllowedSenders))
    {
    }

    /// <param name="source">The name of the directory.</param>
    /// <param name="octets">Whole (<see cref="EntryOctets.AreWhole"/>).</param>
    internal ViewEntry(Guid id, ChangeNumber? changed, string source, byte[] octets)
    {
        Id = id;
        this.changed = changed ?? default;
        this.source = source;
        this.octets = octets;
    }

    public Guid Id { get; }

    public ChangeNumber? Changed
    {
        get => changed == default ? null : changed;
        init => changed = value ?? default;
    }

    public string Dn => new EntryReader(octets).ReadDn();

    public Account Account => new EntryReader(octets).ReadAccount(source);

    public IReadOnlyList<EmailAddress> AllowedSenders => new EntryReader(octets).ReadAllowedSenders();

    public bool HasUnreadableAllowedSenders => new EntryReader(octets).Has(EntryOctets.UnreadableAllowedSenders);

    /// <summary>What it says, as <see cref="EntryOctets"/> writes it.</summary>
    internal ReadOnlySpan<byte> Octets => octets;

    /// <summary>Its logins, in UTF-8, each once.</summary>
    internal EntryTexts Logins => new EntryReader(octets).Logins();

    /// <summary>The texts of its addresses, in UTF-8, each once.</summary>
    internal EntryTexts Addresses => new EntryReader(octets).Addresses();

    public bool Equals(ViewEntry? other) =>
        other is not null && Id == other.Id && changed == other.changed && HasSameContent(other) && string.Equals(source, other.source, StringComparison.Ordinal);

    /// <summary>Whether both say the same of the account, whenever that was written.</summary>
    public bool HasSameContent(ViewEntry other) => octets.AsSpan().SequenceEqual(other.octets);

    public override int GetHashCode() => HashCode.Combine(Id, changed);

    public override string ToString() => Dn;

    /// <summary>By DN, in the order of its octets; of two with one DN, which only a rename in flight can show, by id.</summary>
    internal static int CompareByDn(ViewEntry? one, ViewEntry? other)
    {
        if (ReferenceEquals(one, other)) return 0;
        var order = new EntryReader(one!.octets).Dn().SequenceCompareTo(new EntryReader(other!.octets).Dn());
        return order != 0 ? order : one.Id.CompareTo(other.Id);
    }
}
