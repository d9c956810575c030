using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Engine.Directories;

/// <summary>Looks for one account in all sources, beginning with those that know it already.</summary>
/// <remarks>
/// Two sources mean the same account when both know it by the same login or canonical name, when their main addresses are equal, or when
/// the main address of one belongs in the other to that account alone. An address that is shared says nothing about who is who.
/// </remarks>
internal sealed class AccountSearch(IReadOnlyList<IDirectory> sources, CombinedAnswer combined)
{
    private readonly Account?[] found = new Account?[sources.Count];
    private readonly bool[] isMissing = new bool[sources.Count];
    private readonly Queue<int> unfollowed = new();
    private readonly HashSet<string> askedLogins = new(StringComparer.Ordinal);

    /// <summary>The account as the sources have it, in their order.</summary>
    public IReadOnlyList<Account> Found => [.. found.OfType<Account>()];

    /// <summary>Asks every source for a login.</summary>
    public async ValueTask AddLoginAsync(string login, CancellationToken cancellationToken)
    {
        askedLogins.Add(login);
        var answers = await Task.WhenAll(sources.Select(source => source.FindAccountAsync(login, cancellationToken).AsTask()));
        for (var i = 0; i < answers.Length; i++) Take(i, answers[i]);
    }

    public void Add(int source, Account account)
    {
        found[source] = account;
        unfollowed.Enqueue(source);
    }

    /// <summary>Asks the sources that do not know it yet, by every name and address that the others give it.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        while (unfollowed.TryDequeue(out var home))
        {
            var open = Enumerable.Range(0, sources.Count).Where(i => found[i] is null && !isMissing[i]).ToList();
            await Task.WhenAll(open.Select(i => FollowAsync(home, i, cancellationToken)));
            foreach (var i in open.Where(i => found[i] is not null)) unfollowed.Enqueue(i);
            askedLogins.UnionWith(found[home]!.Logins);
        }
    }

    private async Task FollowAsync(int home, int source, CancellationToken cancellationToken)
    {
        var known = found[home]!;
        foreach (var login in known.Logins.Where(login => !askedLogins.Contains(login)))
        {
            var answer = await sources[source].FindAccountAsync(login, cancellationToken);
            Note(source, answer);
            found[source] ??= answer.Value;
            if (found[source] is not null || isMissing[source]) return;
        }

        foreach (var address in known.Addresses.Where(address => !address.IsCatchAll))
        {
            var answer = await sources[source].FindAddressAsync(address, cancellationToken);
            Note(source, answer);
            foreach (var other in answer.Value?.Accounts ?? [])
            {
                var isSame = IsSameByName(known, other) ||
                    (IsMain(known, address) && answer.Value!.Accounts.Count == 1) ||
                    (IsMain(other, address) && await IsOwnedAloneAsync(home, address, cancellationToken));
                if (isSame) found[source] ??= other;
            }

            if (found[source] is not null || isMissing[source]) return;
        }
    }

    private async ValueTask<bool> IsOwnedAloneAsync(int home, EmailAddress address, CancellationToken cancellationToken)
    {
        var answer = await sources[home].FindAddressAsync(address, cancellationToken);
        Note(home, answer);
        return answer.Value is { Accounts.Count: 1 };
    }

    private static bool IsSameByName(Account one, Account other) =>
        string.Equals(one.Name, other.Name, StringComparison.Ordinal) || (other.Addresses is [var main, ..] && IsMain(one, main));

    private static bool IsMain(Account account, EmailAddress address) => account.Addresses is [var main, ..] && main.Equals(address);

    private void Take(int source, Lookup<Account> answer)
    {
        Note(source, answer);
        if (answer.Value is { } account) Add(source, account);
    }

    private void Note<T>(int source, Lookup<T> answer)
        where T : class
    {
        if (answer.IsUnavailable) isMissing[source] = true;
        combined.Add(answer);
    }
}
