using System.Globalization;
using PolicyDaemon.MailStack.Slapd;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>
/// Changes of a directory without end, the same for the same seed: people come, go, are renamed and moved, leave the base or the filter and
/// come back, and their logins, addresses and rights change hands. Few logins and addresses for many people, so that several claim one.
/// </summary>
/// <remarks>The filter is <c>(mail=*)</c>, the base <see cref="People"/>; every change succeeds when those before it have.</remarks>
internal sealed class RandomPeople(int seed)
{
    /// <summary>Where the entries are, to begin with; the last is not below the base.</summary>
    private static readonly string[] Parents = [People, $"ou=north,{People}", $"ou=south,{People}", $"ou=former,{Suffix}"];

    private const int MaxPeople = 400;

    private readonly Random random = new(seed);
    private readonly List<Person> people = [];
    private readonly Queue<DirectoryChange> following = new();
    private int names;

    /// <summary>Every login that an entry may have.</summary>
    public static IReadOnlyList<string> Logins { get; } = [.. Enumerable.Range(0, 350).Select(i => Text($"login{i}"))];

    /// <summary>Every address that an entry may have.</summary>
    public static IReadOnlyList<string> Addresses { get; } = [.. Enumerable.Range(0, 700).Select(i => Text($"address{i}@{Domain}"))];

    /// <summary>How often each kind of change was made.</summary>
    public SortedDictionary<string, int> Made { get; } = new(StringComparer.Ordinal);

    /// <summary>The tree without people, for the start of the server.</summary>
    public static string Seed { get; } =
        $"{SeedLdif.EmptyTree}\n{string.Join("\n\n", Parents.Skip(1).Select(dn => $"dn: {dn}\nobjectClass: organizationalUnit"))}\n";

    public DirectoryChange Next()
    {
        if (following.TryDequeue(out DirectoryChange? second)) return Count("address moved, second half", second);
        if (people.Count < MaxPeople / 4) return Count("add", Add());
        var person = people[random.Next(people.Count)];
        return random.Next(100) switch
        {
            < 12 when people.Count < MaxPeople => Count("add", Add()),
            < 21 => Count("delete", Delete(person)),
            < 41 => Count("sending toggled", Replace(person, "tnMailSendAllowed", One(["TRUE", "FALSE"]))),
            < 52 => Count("status", Replace(person, "tnAccountStatus", One(["active", "disabled", "offboarded"]))),
            < 57 => Count("login", Replace(person, "uid", Some(Logins, 1 + random.Next(2)))),
            < 67 => Count("main address", Replace(person, "mail", Some(Addresses, 1))),
            < 72 => Count("left the filter", Replace(person, "mail")),
            < 78 => Count("aliases", Alias(person, Some(Addresses, random.Next(4)))),
            < 83 => MoveAddress(person),
            < 88 => Count("rights and limits", Right(person)),
            < 92 => Count("renamed", Rename(person, null)),
            _ => Count("moved", Rename(person, Parents[random.Next(Parents.Length)])),
        };
    }

    private DirectoryChange Count(string kind, DirectoryChange change)
    {
        Made[kind] = Made.GetValueOrDefault(kind) + 1;
        return change;
    }

    private AddEntry Add()
    {
        var person = new Person { Name = NewName(), Parent = Parents[random.Next(Parents.Length)], Aliases = Some(Addresses, random.Next(3)) };
        people.Add(person);
        var attributes = new Dictionary<string, IReadOnlyList<string>>
        {
            ["objectClass"] = ["inetOrgPerson", "tnMailAccount"], ["cn"] = [person.Name], ["sn"] = ["person"], ["uid"] = Some(Logins, 1),
        };
        if (random.Next(10) > 0) attributes["mail"] = Some(Addresses, 1);
        if (person.Aliases.Count > 0) attributes["mailAlternateAddress"] = person.Aliases;
        if (One(["TRUE", "FALSE"]) is [var allowed]) attributes["tnMailSendAllowed"] = [allowed];
        return new AddEntry(person.Dn, attributes);
    }

    private DeleteEntry Delete(Person person)
    {
        people.Remove(person);
        return new DeleteEntry(person.Dn);
    }

    /// <summary>One entry gives an alias away and another one gets it: for a moment nobody has it.</summary>
    private DirectoryChange MoveAddress(Person giver)
    {
        var taker = people[random.Next(people.Count)];
        if (giver.Aliases.Count == 0 || taker == giver) return Count("aliases", Alias(giver, Some(Addresses, 2)));
        var address = giver.Aliases[0];
        var first = Alias(giver, [.. giver.Aliases.Skip(1)]);
        following.Enqueue(Alias(taker, [.. taker.Aliases.Append(address).Distinct()]));
        return Count("address moved", first);
    }

    private ReplaceValues Alias(Person person, IReadOnlyList<string> aliases)
    {
        person.Aliases = aliases;
        return Replace(person, "mailAlternateAddress", aliases);
    }

    private ReplaceValues Right(Person person) => random.Next(3) switch
    {
        0 => Replace(person, "tnMailSendAs", Some([.. Addresses.Take(20), "@partner.example"], random.Next(3))),
        1 => Replace(person, "tnMailAllowedSenders", Some([.. Addresses.Take(20), "no address"], random.Next(3))),
        _ => Replace(person, "tnMailLimits", Text($"login-hour={random.Next(100)}")),
    };

    private RenameEntry Rename(Person person, string? parent)
    {
        var change = new RenameEntry(person.Dn, "cn=" + NewName(), parent);
        person.Name = change.Rdn[3..];
        person.Parent = parent ?? person.Parent;
        return change;
    }

    private static ReplaceValues Replace(Person person, string attribute, params IReadOnlyList<string> values) => new(person.Dn, attribute, values);

    private IReadOnlyList<string> Some(IReadOnlyList<string> all, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => all[random.Next(all.Count)]).Distinct()];

    /// <summary>One of them, or none.</summary>
    private string[] One(string[] values) => random.Next(values.Length + 1) is var index && index < values.Length ? [values[index]] : [];

    private string NewName() => Text($"person{names++}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Person
    {
        public required string Name { get; set; }

        public required string Parent { get; set; }

        public required IReadOnlyList<string> Aliases { get; set; }

        public string Dn => $"cn={Name},{Parent}";
    }
}
