using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine;

/// <summary>
/// The directory as one decision sees it: a question is put once, however many checks need its answer, and every answer used
/// is noted with its age.
/// </summary>
/// <remarks>For one question and one caller at a time.</remarks>
public sealed class AskedDirectory(IDirectory inner, PolicySnapshot policy) : IDirectory
{
    private readonly Dictionary<string, Lookup<Account>> accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Lookup<AddressEntry>> addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Lookup<DomainEntry>> domains = new(StringComparer.Ordinal);

    public string Name => inner.Name;

    public TimeSpan OldestAge { get; private set; }

    /// <summary>Where to note the facts that are used; null: nowhere.</summary>
    public List<Fact>? Facts { get; set; }

    public async ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken)
    {
        if (!accounts.TryGetValue(login, out var answer))
        {
            answer = await inner.FindAccountAsync(login, cancellationToken);
            accounts[login] = answer;
        }

        return Noted("login", login, answer);
    }

    public async ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        if (!addresses.TryGetValue(address.Text, out var answer))
        {
            answer = await inner.FindAddressAsync(address, cancellationToken);
            addresses[address.Text] = answer;
        }

        return Noted("address", address.Text, answer);
    }

    public async ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken)
    {
        if (!domains.TryGetValue(domain, out var answer))
        {
            answer = policy.AddOwnDomain(domain, await inner.FindDomainAsync(domain, cancellationToken));
            domains[domain] = answer;
        }

        return Noted("domain", domain, answer);
    }

    /// <summary>As if nothing had been asked yet.</summary>
    internal void Forget()
    {
        accounts.Clear();
        addresses.Clear();
        domains.Clear();
        OldestAge = TimeSpan.Zero;
        Facts = null;
    }

    /// <summary>Notes a fact that did not come from the directory.</summary>
    public void Note(string question, string answer, Provenance provenance)
    {
        if (provenance.Age > OldestAge) OldestAge = provenance.Age;
        Facts?.Add(new Fact(question, answer, provenance));
    }

    /// <inheritdoc cref="Note(string, string, Provenance)"/>
    internal void Note<T>(string question, T answer, Func<T, string> describe, Provenance provenance) =>
        Note(question, Facts is null ? "" : describe(answer), provenance);

    private Lookup<T> Noted<T>(string kind, string key, Lookup<T> answer)
        where T : class
    {
        if (answer.Provenance.Age > OldestAge) OldestAge = answer.Provenance.Age;
        Facts?.Add(new Fact($"{kind} {key}", Fact.Describe(answer), answer.Provenance, !answer.IsUnavailable));
        return answer;
    }
}
