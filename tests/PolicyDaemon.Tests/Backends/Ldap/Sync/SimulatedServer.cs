using PolicyDaemon.Backends.Ldap.Sync;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>One change of one person, made on one of two servers.</summary>
/// <param name="Number">Unique, and greater than that of all changes before it.</param>
/// <param name="Before">The change of the same person before this one: no server has this without that. 0: none.</param>
internal sealed record SimulatedChange(int Number, int Server, int Person, bool IsDelete, int Before)
{
    public const string StatusPrefix = "state";

    /// <summary>What the entry says after it.</summary>
    public string Status => $"{StatusPrefix}{Number}";

    public SyncMessage Message(SyncCookie cookie) =>
        IsDelete ? SyncWords.Deleted(Person, cookie) : SyncWords.Person(Person, Number, cookie, Server, status: Status, state: SyncState.Modify);
}

/// <summary>All that ever happened to the people of a directory.</summary>
internal sealed class SimulatedHistory(Random random)
{
    /// <summary>Never deleted, so that the directory is never empty.</summary>
    private const int Permanent = 1;

    private readonly List<SimulatedChange> changes = [];
    private readonly Dictionary<int, SimulatedChange> last = [];
    private int people;

    public IReadOnlyList<SimulatedChange> Changes => changes;

    /// <summary>The newest state of each person; deletes among them.</summary>
    public IReadOnlyDictionary<int, SimulatedChange> Last => last;

    public void Change()
    {
        var living = last.Values.Where(change => !change.IsDelete).Select(change => change.Person).ToList();
        var isNew = living.Count == 0 || random.Next(4) == 0;
        var person = isNew ? ++people : living[random.Next(living.Count)];
        var isDelete = !isNew && person != Permanent && random.Next(3) == 0;
        var change = new SimulatedChange(changes.Count + 1, random.Next(2), person, isDelete, last.TryGetValue(person, out var before) ? before.Number : 0);
        changes.Add(change);
        last[person] = change;
    }
}

/// <summary>A provider that has some of the history, and says it as slapd does.</summary>
internal sealed class SimulatedServer(string url, SimulatedHistory history, Random random)
{
    /// <summary>How many changes of each server it has.</summary>
    private readonly int[] positions = new int[2];

    public string Url => url;

    public SyncCookie Cookie => SyncWords.Cookie([.. positions]);

    private IEnumerable<SimulatedChange> Known => history.Changes.Where(Has);

    private IEnumerable<SimulatedChange> Content => Known.GroupBy(change => change.Person).Select(changes => changes.Last()).Where(change => !change.IsDelete);

    /// <summary>Takes the next change from one server.</summary>
    /// <returns>What it tells who follows it; null when there was nothing to take.</returns>
    public SyncMessage? Advance()
    {
        var server = random.Next(2);
        var next = history.Changes.FirstOrDefault(change => change.Server == server && change.Number > positions[server]);
        if (next is null || (next.Before > 0 && !Has(history.Changes[next.Before - 1]))) return null;
        positions[server] = next.Number;
        var cookie = SyncWords.Cookie(server == 0 ? [next.Number] : [0, next.Number]);
        return next.Message(cookie);
    }

    public void CatchUp()
    {
        for (var server = 0; server < 2; server++)
            positions[server] = history.Changes.LastOrDefault(change => change.Server == server)?.Number ?? 0;
    }

    /// <summary>Loses what it learned last, as by a restore of a backup.</summary>
    public void FallBack(int changes)
    {
        var kept = Math.Max(0, positions.Max() - changes);
        for (var server = 0; server < 2; server++)
            positions[server] = history.Changes.LastOrDefault(change => change.Server == server && change.Number <= Math.Min(kept, positions[server]))?.Number ?? 0;
    }

    /// <summary>Everything that it says from the beginning of a search to the end of the refresh.</summary>
    public IReadOnlyList<SyncMessage> Refresh(SyncCookie? cookie)
    {
        var messages = new List<SyncMessage>();
        var isNew = Content.Where(change => cookie is null || !cookie.Covers(NumberOf(change))).ToList();
        messages.AddRange(isNew.Select(change => SyncWords.Person(change.Person, change.Number, server: change.Server, status: change.Status)));
        if (cookie is null || random.Next(2) == 0)
        {
            if (cookie is not null)
                messages.AddRange(Known.Where(change => change.IsDelete && !cookie.Covers(NumberOf(change))).Select(change => SyncWords.Gone(change.Person)));
            messages.Add(SyncWords.Done(Cookie));
        }
        else
        {
            messages.Add(SyncWords.Present([.. Content.Except(isNew).Select(change => change.Person)]));
            messages.Add(SyncWords.DonePresent(Cookie));
        }

        return messages;
    }

    public static ChangeNumber NumberOf(SimulatedChange change) => ViewEntries.Change(SyncWords.Csn(change.Number, change.Server));

    private bool Has(SimulatedChange change) => change.Number <= positions[change.Server];
}
