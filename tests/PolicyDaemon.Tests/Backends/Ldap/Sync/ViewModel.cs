using System.Collections.Immutable;
using System.Text;
using PolicyDaemon.Backends.Ldap.Sync;
using Xunit;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.ViewEntries;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>What a view is, written down without any art.</summary>
internal sealed class ViewModel
{
    private readonly Dictionary<Guid, ViewEntry> entries = [];

    public static ViewEntry RandomEntry(Random random)
    {
        var id = random.Next(120);
        string[] Some(int atMost, string domain) => [.. Enumerable.Range(0, random.Next(atMost)).Select(_ => $"n{random.Next(80)}{domain}").Distinct()];
        var logins = Some(3, "");
        var addresses = Some(4, "@truenorth.local");
        return Entry(id, DnOf($"{id}-{random.Next(3)}"), logins, logins.Length + addresses.Length > 0 ? addresses : ["x@truenorth.local"]);
    }

    public ViewModel Copy()
    {
        var copy = new ViewModel();
        foreach (var entry in entries.Values) copy.Put(entry);
        return copy;
    }

    public void Put(ViewEntry entry) => entries[entry.Id] = entry;

    public bool Remove(Guid id) => entries.Remove(id);

    public void AssertEqual(AccountView view)
    {
        Assert.Equal(entries.Count, view.Count);
        Assert.Equal(entries.Values.OrderBy(entry => entry.Id), view.Entries.OrderBy(entry => entry.Id));
        for (var i = 0; i < 120; i++) Assert.Same(entries.GetValueOrDefault(Id(i)), view.Find(Id(i)));

        var byLogin = By(entry => entry.Account.Logins);
        var byAddress = By(entry => entry.Account.Addresses.Select(address => address.Text));
        for (var i = 0; i < 80; i++)
        {
            Assert.Equal(byLogin.GetValueOrDefault($"n{i}") ?? [], view.WithLogin($"n{i}"));
            Assert.Equal(byAddress.GetValueOrDefault($"n{i}@truenorth.local") ?? [], view.WithAddress($"n{i}@truenorth.local"));
        }

        AssertShared(byLogin, view.SharedLogins);
        AssertShared(byAddress, view.SharedAddresses);
    }

    private static void AssertShared(Dictionary<string, List<ViewEntry>> all, ImmutableSortedDictionary<string, EntrySet> shared)
    {
        var expected = all.Where(key => key.Value.Count > 1).OrderBy(key => key.Key, StringComparer.Ordinal).ToList();
        Assert.Equal(expected.Select(key => key.Key), shared.Keys);
        Assert.All(expected, key => Assert.Equal(key.Value, shared[key.Key]));
    }

    private Dictionary<string, List<ViewEntry>> By(Func<ViewEntry, IEnumerable<string>> keysOf) => entries.Values
        .SelectMany(entry => keysOf(entry).Distinct().Select(key => (Key: key, Entry: entry)))
        .GroupBy(pair => pair.Key)
        .ToDictionary(
            group => group.Key,
            group => group.Select(pair => pair.Entry).OrderBy(entry => Encoding.UTF8.GetBytes(entry.Dn), Comparer<byte[]>.Create((one, other) => one.AsSpan().SequenceCompareTo(other))).ToList());
}
