using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends;

/// <summary>
/// A directory whose last answers go on counting while it cannot be asked, for a limited time and with their age. While it answers, nothing
/// here is used: a change is in force for the next question.
/// </summary>
/// <remarks>
/// Only what was found is remembered. An outage never turns "not found" into a refusal, so there is no use in knowing what was not found; and
/// what is not there any more must not come back. Bounded: the answers used longest ago are forgotten first.
/// </remarks>
public sealed class LastKnownDirectory : IDirectory
{
    /// <summary>Answers of each kind that are remembered.</summary>
    public const int DefaultCapacity = 100_000;

    /// <summary>A source that answers again counts as back when it has not failed for this long: one that flickers is reported once.</summary>
    public static readonly TimeSpan SteadyTime = TimeSpan.FromSeconds(2);

    private readonly IDirectory inner;
    private readonly TimeSpan staleFor;
    private readonly TimeProvider time;
    private readonly Action<string?> onChange;
    private readonly RecentAnswers<Account> accounts;
    private readonly RecentAnswers<AddressEntry> addresses;
    private readonly RecentAnswers<DomainEntry> domains;
    private readonly Lock gate = new();
    private bool isDown;
    private long failedAt;

    /// <param name="staleFor">How long an answer counts after it was given; zero: nothing is remembered.</param>
    /// <param name="onChange">Told the cause when the source cannot be asked any more, and null when it is back; on any thread, must not block.</param>
    public LastKnownDirectory(IDirectory inner, TimeSpan staleFor, TimeProvider time, Action<string?> onChange, int capacity = DefaultCapacity)
    {
        this.inner = inner;
        this.staleFor = staleFor;
        this.time = time;
        this.onChange = onChange;
        accounts = new(capacity);
        addresses = new(capacity);
        domains = new(capacity);
    }

    public string Name => inner.Name;

    public async ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken)
    {
        var asking = inner.FindAccountAsync(login, cancellationToken);
        return Settle(accounts, login, await RememberingAsync(asking));
    }

    public async ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        var asking = inner.FindAddressAsync(address, cancellationToken);
        return Settle(addresses, address.Text, await RememberingAsync(asking));
    }

    public async ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken)
    {
        var asking = inner.FindDomainAsync(domain, cancellationToken);
        return Settle(domains, domain, await RememberingAsync(asking));
    }

    /// <summary>An answer that came too late for the caller still tells that the source is slow.</summary>
    private async ValueTask<Lookup<T>> RememberingAsync<T>(ValueTask<Lookup<T>> asking)
        where T : class
    {
        try
        {
            return await asking;
        }
        catch (OperationCanceledException)
        {
            Failed("no answer in time");
            throw;
        }
    }

    private Lookup<T> Settle<T>(RecentAnswers<T> known, string key, Lookup<T> answer)
        where T : class
    {
        if (answer.IsUnavailable && !answer.IsAmbiguous)
        {
            Failed(answer.Cause ?? "no answer");
            return Recall(known, key) ?? answer;
        }

        Answered();
        if (answer.IsFound && staleFor > TimeSpan.Zero) known.Put(key, answer, time.GetTimestamp());
        else known.Remove(key);
        return answer;
    }

    private Lookup<T>? Recall<T>(RecentAnswers<T> known, string key)
        where T : class
    {
        if (!known.TryGet(key, out var answer, out var givenAt)) return null;
        var age = time.GetElapsedTime(givenAt);
        return age <= staleFor ? Lookup<T>.Found(answer.Value!, answer.Provenance with { Age = answer.Provenance.Age + age }) : null;
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
