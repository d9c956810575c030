using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Tests;

/// <summary>How a source of tests behaves.</summary>
public enum SourceState
{
    Up,

    /// <summary>Answers Unavailable at once.</summary>
    Down,

    /// <summary>Never answers, and heeds its token.</summary>
    Hung,

    /// <summary>Never answers, and does not look at its token.</summary>
    Deaf,

    /// <summary>Throws, which no source may.</summary>
    Broken,

    /// <summary>Throws the exception of a time limit of its own, which no source may.</summary>
    GivesUp,
}

internal static class SourceStates
{
    /// <summary>Returns where a source in this state answers, and does what it does otherwise.</summary>
    public static Task PassAsync(this SourceState state, CancellationToken cancellationToken) => state switch
    {
        SourceState.Hung => Task.Delay(Timeout.Infinite, cancellationToken),
        SourceState.Deaf => new TaskCompletionSource().Task,
        SourceState.Broken => throw new InvalidOperationException("broken source"),
        SourceState.GivesUp => throw new TaskCanceledException("a time limit of its own"),
        _ => Task.CompletedTask,
    };
}

/// <summary>A directory in a few dictionaries, with a switch for how it behaves.</summary>
internal sealed class TestDirectory(string name = "ldap") : IDirectory
{
    private readonly Dictionary<string, Account> accountsByLogin = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AddressEntry> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DomainEntry> domains = new(StringComparer.Ordinal);

    public string Name => name;

    public SourceState State { get; set; }

    /// <summary>The kinds of questions that cannot be asked, whatever the state: <c>login</c>, <c>address</c>, <c>domain</c>.</summary>
    public HashSet<string> Away { get; } = new(StringComparer.Ordinal);

    /// <summary>How old its answers are.</summary>
    public TimeSpan Age { get; set; }

    /// <summary>Every question, in order: <c>login alice</c>, <c>address …</c>, <c>domain …</c>.</summary>
    public List<string> Questions { get; } = [];

    public TestDirectory Add(Account account)
    {
        foreach (var login in account.Logins) accountsByLogin[login] = account;
        foreach (var address in account.Addresses)
        {
            var entry = EntryOf(address);
            entries[address.Text] = entry with { Accounts = [.. entry.Accounts.Where(other => other.Name != account.Name), account] };
        }

        return this;
    }

    public TestDirectory AddAlias(string from, params string[] to)
    {
        var address = Mail.Address(from);
        entries[address.Text] = EntryOf(address) with { Destinations = [.. to.Select(Mail.Address)] };
        return this;
    }

    public TestDirectory Restrict(string to, params string[] senders)
    {
        var address = Mail.Address(to);
        entries[address.Text] = EntryOf(address) with { AllowedSenders = [.. senders.Select(Mail.Address)] };
        return this;
    }

    public TestDirectory AddExtra(string text)
    {
        var address = Mail.Address(text);
        entries[address.Text] = EntryOf(address) with { IsExtra = true };
        return this;
    }

    public TestDirectory AddDomain(string domain, bool isEnabled = true, IReadOnlyDictionary<string, long>? limits = null)
    {
        var entry = new DomainEntry(domain, isEnabled);
        domains[domain] = limits is null ? entry : entry with { Limits = limits };
        return this;
    }

    public TestDirectory Forget(Account account)
    {
        foreach (var login in account.Logins) accountsByLogin.Remove(login);
        foreach (var address in account.Addresses) entries.Remove(address.Text);
        return this;
    }

    public ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken) =>
        AnswerAsync($"login {login}", accountsByLogin.GetValueOrDefault(login), cancellationToken);

    public ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken) =>
        AnswerAsync($"address {address}", entries.GetValueOrDefault(address.Text), cancellationToken);

    public ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken) =>
        AnswerAsync($"domain {domain}", domains.GetValueOrDefault(domain), cancellationToken);

    private AddressEntry EntryOf(EmailAddress address) => entries.GetValueOrDefault(address.Text) ?? new AddressEntry { Address = address };

    private async ValueTask<Lookup<T>> AnswerAsync<T>(string question, T? value, CancellationToken cancellationToken)
        where T : class
    {
        lock (Questions) Questions.Add(question);
        var state = Away.Contains(question[..question.IndexOf(' ', StringComparison.Ordinal)]) ? SourceState.Down : State;
        if (state == SourceState.Down) return Lookup<T>.Unavailable($"{name} is down", Provenance.Of(name));
        await state.PassAsync(cancellationToken);
        var provenance = new Provenance(name, question, Age);
        return value is null ? Lookup<T>.NotFound(provenance) : Lookup<T>.Found(value, provenance);
    }
}
