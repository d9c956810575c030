using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends;

/// <summary>
/// A directory whose last answers go on counting while it cannot be asked, for a limited time and with their age. While it answers, nothing
/// here is used: a change is in force for the next question.
/// </summary>
/// <remarks>
/// Only what was found is remembered. An outage never turns "not found" into a refusal, so there is no use in knowing what was not found; and
/// what is not there any more must not come back. What was last seen of a person counts, by whatever question it was seen: a right that was
/// taken away shows when mail arrives for the address, and must not be remembered as given because the login was asked about earlier. Bounded:
/// the answers used longest ago are forgotten first.
/// </remarks>
public sealed class LastKnownDirectory : IDirectory
{
    /// <summary>Answers of each kind that are remembered.</summary>
    public const int DefaultCapacity = 100_000;

    /// <summary>A caller that gives up earlier than this says nothing about the source.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>A source that answers again counts as back when it has not failed for this long: one that flickers is reported once.</summary>
    public static readonly TimeSpan SteadyTime = TimeSpan.FromSeconds(2);

    private readonly IDirectory inner;
    private readonly TimeSpan staleFor;
    private readonly TimeProvider time;
    private readonly Action<string?> onChange;
    private readonly RecentAnswers<Account> logins;
    private readonly RecentAnswers<AddressEntry> addresses;

    /// <summary>By canonical name, what was last seen of each account; accounts in the other answers stand for these.</summary>
    private readonly RecentAnswers<Account> people;
    private readonly RecentAnswers<DomainEntry> domains;
    private readonly Lock gate = new();
    private bool isDown;
    private long failedAt;

    /// <summary>When an answer was remembered last; zero: none is.</summary>
    private long rememberedAt;

    /// <param name="staleFor">How long an answer counts after it was given; zero: nothing is remembered.</param>
    /// <param name="onChange">Told the cause when the source cannot be asked any more, and null when it is back; on any thread, must not block.</param>
    public LastKnownDirectory(IDirectory inner, TimeSpan staleFor, TimeProvider time, Action<string?> onChange, int capacity = DefaultCapacity)
    {
        this.inner = inner;
        this.staleFor = staleFor;
        this.time = time;
        this.onChange = onChange;
        logins = new(capacity);
        addresses = new(capacity);
        people = new(2 * capacity);
        domains = new(capacity);
    }

    public string Name => inner.Name;

    /// <summary>The directory cannot be asked at present.</summary>
    public bool IsDown => Volatile.Read(ref isDown);

    /// <summary>Some answer is still young enough to count.</summary>
    public bool HasAnswers => Volatile.Read(ref rememberedAt) is not 0 and var last && time.GetElapsedTime(last) <= staleFor;

    public async ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken)
    {
        var answer = await ListenAsync(token => inner.FindAccountAsync(login, token), cancellationToken);
        if (IsAway(answer)) return Recall(login) ?? answer;
        if (answer.Value is { } account) See(account, answer.Provenance);
        else if (logins.TryGet(login, out var gone, out _)) people.Remove(gone.Value!.Name);
        Keep(logins, login, answer);
        return answer;
    }

    public async ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        var answer = await ListenAsync(token => inner.FindAddressAsync(address, token), cancellationToken);
        if (IsAway(answer)) return Recall(address) ?? answer;
        ForgetThoseGone(address, answer);
        foreach (var account in answer.Value?.Accounts ?? []) See(account, answer.Provenance);
        Keep(addresses, address.Text, answer);
        return answer;
    }

    public async ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken)
    {
        var answer = await ListenAsync(token => inner.FindDomainAsync(domain, token), cancellationToken);
        if (IsAway(answer)) return domains.TryGet(domain, out var known, out var givenAt) ? Aged(known, givenAt) ?? answer : answer;
        Keep(domains, domain, answer);
        return answer;
    }

    /// <summary>
    /// What has these names is known to have changed, and not known how: nothing seen before counts for it. A name without <c>@</c> may be a
    /// domain, and then stands for everything in it.
    /// </summary>
    public void Forget(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            logins.Remove(name);
            addresses.Remove(name);
            people.Remove(name);
            domains.Remove(name);
            if (name.Contains('@', StringComparison.Ordinal)) continue;
            var end = "@" + name;
            foreach (var known in new[] { logins, people }) known.RemoveEndingIn(end);
            addresses.RemoveEndingIn(end);
        }
    }

    /// <summary>Puts the question and hears from the way it ends how the source is.</summary>
    private async ValueTask<Lookup<T>> ListenAsync<T>(Func<CancellationToken, ValueTask<Lookup<T>>> ask, CancellationToken cancellationToken)
        where T : class
    {
        var asked = time.GetTimestamp();
        try
        {
            var answer = await ask(cancellationToken);
            if (IsAway(answer)) Failed(answer.Cause ?? "no answer");
            else Answered();
            return answer;
        }
        catch (OperationCanceledException)
        {
            // An answer that comes too late for the caller still tells that the source is slow.
            if (time.GetElapsedTime(asked) >= Patience) Failed("no answer in time");
            throw;
        }
    }

    private static bool IsAway<T>(Lookup<T> answer)
        where T : class => answer.IsUnavailable && !answer.IsAmbiguous;

    /// <summary>
    /// Whoever was behind an address and is not any more may be gone altogether: what was seen before must not speak for a person who was
    /// removed. If only the address moved, the next question that finds the person remembers again.
    /// </summary>
    private void ForgetThoseGone(EmailAddress address, Lookup<AddressEntry> answer)
    {
        if (!addresses.TryGet(address.Text, out var before, out _)) return;
        foreach (var account in before.Value!.Accounts)
        {
            if (answer.Value?.Accounts.Any(still => still.Name == account.Name) != true) people.Remove(account.Name);
        }
    }

    private void See(Account account, Provenance provenance) => Keep(people, account.Name, Lookup<Account>.Found(account, provenance));

    private void Keep<T>(RecentAnswers<T> known, string key, Lookup<T> answer)
        where T : class
    {
        if (!answer.IsFound || staleFor == TimeSpan.Zero)
        {
            known.Remove(key);
            return;
        }

        var now = time.GetTimestamp();
        known.Put(key, answer, now);
        Volatile.Write(ref rememberedAt, now);
    }

    private Lookup<Account>? Recall(string login) =>
        logins.TryGet(login, out var known, out _) && people.TryGet(known.Value!.Name, out var person, out var seenAt) ? Aged(person, seenAt) : null;

    private Lookup<AddressEntry>? Recall(EmailAddress address)
    {
        if (!addresses.TryGet(address.Text, out var known, out var givenAt)) return null;

        var entry = known.Value!;
        var accounts = new List<Account>();
        foreach (var account in entry.Accounts)
        {
            if (!people.TryGet(account.Name, out var person, out _)) return null;
            if (account.Owns(address) && !person.Value!.Owns(address)) return null;
            accounts.Add(person.Value!);
        }

        return Aged(Lookup<AddressEntry>.Found(entry with { Accounts = accounts }, known.Provenance), givenAt);
    }

    private Lookup<T>? Aged<T>(Lookup<T> answer, long givenAt)
        where T : class
    {
        var age = time.GetElapsedTime(givenAt);
        return age + answer.Provenance.Age <= staleFor ? Lookup<T>.Found(answer.Value!, answer.Provenance with { Age = answer.Provenance.Age + age }) : null;
    }

    private void Failed(string cause)
    {
        lock (gate)
        {
            failedAt = time.GetTimestamp();
            if (isDown) return;
            isDown = true;
        }

        onChange(cause);
    }

    private void Answered()
    {
        if (!Volatile.Read(ref isDown)) return;
        lock (gate)
        {
            if (!isDown || time.GetElapsedTime(failedAt) < SteadyTime) return;
            isDown = false;
        }

        onChange(null);
    }
}
