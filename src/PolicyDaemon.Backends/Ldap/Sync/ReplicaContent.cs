namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>The view as it is being changed, and where it is not what the provider has: entries older there, withheld, or skipped.</summary>
internal sealed class ReplicaContent
{
    private readonly HashSet<Guid> older = [];
    private readonly WithheldEntries withheld = new();

    /// <summary>What was skipped because the provider was behind, by server: the newest change that it has to reach.</summary>
    private readonly Dictionary<int, ChangeNumber> awaited = [];

    private bool hasSkipped;

    /// <summary>Edited in place, so that a refresh of a million entries does not make a million views.</summary>
    private AccountView.Builder builder = AccountView.Empty.ToBuilder();

    private AccountView? view = AccountView.Empty;

    public AccountView View => view ??= builder.ToView();

    /// <summary>Entries of which the provider has an older state than the view, or shows less of the same one.</summary>
    public int Older => older.Count;

    public int Withheld => withheld.Count;

    /// <summary>Whether the view differs from what the provider has: then a cookie does not tell where we are.</summary>
    public bool Differs => hasSkipped || older.Count > 0 || withheld.Count > 0;

    public void Load(AccountView saved) => (view, builder) = (saved, saved.ToBuilder());

    /// <summary>Whether all for which something was skipped is on the provider now.</summary>
    public bool IsCaughtUp(ProviderStanding standing) =>
        hasSkipped && standing.Reaches && awaited.Values.All(change => standing.MayRemove(change));

    /// <summary>A refresh begins that names everything: whatever still differs will be found again.</summary>
    public void ForgetDifferences()
    {
        older.Clear();
        awaited.Clear();
        hasSkipped = false;
    }

    /// <summary>Takes an account as it was sent, unless we know better.</summary>
    /// <returns>Whether it counts as a change.</returns>
    public bool Put(Guid id, ViewEntry sent, ProviderStanding standing)
    {
        if (builder.Find(id) is not { } known) return TryAdd(sent, standing);
        if (standing.IsOlder(sent.Changed, known.Changed)) return Keep(known);
        var isSame = standing.IsSameChange(sent.Changed, known.Changed);
        if (isSame && NarrowedEntry.TryMend(known, sent, out var mended))
        {
            Keep(known);
            Set(mended);
        }
        else
        {
            older.Remove(id);
            Set(sent);
        }

        return !isSame;
    }

    /// <summary>Whether an entry that is nobody's account any more, as far as the provider shows, stays as it is.</summary>
    public bool KeepsAccount(ViewEntry known, SentEntry sent, ProviderStanding standing)
    {
        var keeps = standing.IsOlder(sent.Changed, known.Changed) || standing.IsSameChange(sent.Changed, known.Changed);
        if (keeps) Keep(known);
        return keeps;
    }

    /// <summary>Whether the provider may say that this entry is gone; if not, it will be asked again when it knows more.</summary>
    public bool MayRemove(ViewEntry known, ProviderStanding standing)
    {
        if (standing.MayRemove(known.Changed)) return true;
        Skip(known.Changed);
        return false;
    }

    public void Remove(Guid id)
    {
        if (builder.Remove(id)) view = null;
        older.Remove(id);
        withheld.Remove(id);
    }

    public bool IsWithheld(Guid id) => withheld.Contains(id);

    public void Withhold(ViewEntry entry) => withheld.Add(entry);

    public void Skip(ChangeNumber? change)
    {
        hasSkipped = true;
        if (change is { } number && (!awaited.TryGetValue(number.Server, out var newest) || newest < number)) awaited[number.Server] = number;
    }

    private bool TryAdd(ViewEntry sent, ProviderStanding standing)
    {
        // Where the provider knows all that we know, whatever had this DN before is deleted or swept by it.
        var twins = standing.Reaches ? [] : TwinsOf(sent);
        var isNew = standing.MayAdd(sent.Changed) && !twins.Exists(twin => standing.IsOlder(sent.Changed, twin.Changed));
        if (!isNew)
        {
            Skip(sent.Changed);
            return false;
        }

        foreach (var twin in twins) Remove(twin.Id);
        Set(sent);
        return true;
    }

    /// <summary>Entries with the DN and a login of this one, under another id: of one DN there is one entry, so that they are what was there before or after it.</summary>
    private List<ViewEntry> TwinsOf(ViewEntry entry) =>
    [
        .. entry.Account.Logins.SelectMany(login => builder.WithLogin(login))
            .Where(other => other.Id != entry.Id && string.Equals(other.Dn, entry.Dn, StringComparison.OrdinalIgnoreCase)),
    ];

    private bool Keep(ViewEntry known)
    {
        older.Add(known.Id);
        withheld.Remove(known.Id);
        return false;
    }

    private void Set(ViewEntry entry)
    {
        builder.Put(entry);
        view = null;
        withheld.Remove(entry.Id);
        foreach (var replaced in withheld.ReplacedBy(entry, login => builder.WithLogin(login))) Remove(replaced);
    }
}
