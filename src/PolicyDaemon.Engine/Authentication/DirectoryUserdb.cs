using System.Runtime.CompilerServices;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Authentication;

/// <summary>Mailboxes of the accounts in the directories, by one rule for all.</summary>
/// <remarks>
/// It tells where a mailbox is, not what its owner may do: whether mail is accepted is for Postfix's recipients, whether somebody may log in for
/// <see cref="Authenticator"/>. So mail that was accepted is delivered, and an administrator reaches the mailbox of who is disabled.
/// </remarks>
/// <param name="directory">All sources as one.</param>
/// <param name="lists">Who is in each of the sources.</param>
public sealed class DirectoryUserdb(MailboxRules rules, PolicySnapshot policy, IDirectory directory, IReadOnlyList<IAccountList> lists, TimeProvider time) : IUserdb
{
    private const string Name = "userdb";

    private static readonly Provenance From = Provenance.Of(Name);

    public async ValueTask<Lookup<Mailbox>> FindAsync(string login, CancellationToken cancellationToken)
    {
        var name = AddressNormalizer.NormalizeLogin(login);
        if (!AddressNormalizer.IsLogin(name)) return Lookup<Mailbox>.NotFound(From);
        using var deadline = new Deadline(policy.Deadline, time, cancellationToken);
        try
        {
            var account = await deadline.WaitAsync(token => FindAccountAsync(name, token));
            return account.IsFound ? ToMailbox(account.Value, account.Provenance)
                : account.IsNotFound ? Lookup<Mailbox>.NotFound(account.Provenance)
                : Lookup<Mailbox>.Unavailable(account.Cause ?? "no answer", account.Provenance);
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            return Lookup<Mailbox>.Unavailable($"no answer within {policy.Deadline.TotalSeconds:0.###} s", From);
        }
    }

    public async IAsyncEnumerable<Lookup<string>> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var asked = lists.Where(list => rules.Source is null || list.Name == rules.Source).ToList();
        if (asked.Count == 0) yield return Lookup<string>.Unavailable("no source can say who is in it", From);
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var list in asked)
        {
            await foreach (var account in list.ListAccountsAsync(cancellationToken))
            {
                if (!account.IsFound) yield return Lookup<string>.Unavailable(account.Cause ?? "no answer", account.Provenance);
                else if (UserOf(account.Value) is var user && told.Add(user)) yield return Lookup<string>.Found(user, account.Provenance);
                if (!account.IsFound) yield break;
            }
        }
    }

    /// <summary>By a login first, as the client gave it; then by an address, as LMTP gives it.</summary>
    private async ValueTask<Lookup<Account>> FindAccountAsync(string name, CancellationToken cancellationToken)
    {
        var account = await directory.FindAccountAsync(name, cancellationToken);
        if (!account.IsNotFound || !policy.Normalizer.TryParse(name, out var address)) return account;

        var entry = await directory.FindAddressAsync(address, cancellationToken);
        if (entry.IsUnavailable) return Lookup<Account>.Unavailable(entry.Cause ?? "no answer", entry.Provenance);
        return entry.Value?.Accounts switch
        {
            [var only] => Lookup<Account>.Found(only, entry.Provenance),
            { Count: > 1 } owners => Lookup<Account>.Ambiguous($"{address.Text} is shared by {owners.Count} accounts: no one of their mailboxes is meant", entry.Provenance),
            _ => Lookup<Account>.NotFound(entry.Provenance),
        };
    }

    private Lookup<Mailbox> ToMailbox(Account account, Provenance provenance)
    {
        if (rules.Source is { } source && !account.States.Any(state => state.Source == source)) return Lookup<Mailbox>.NotFound(provenance);

        var user = UserOf(account);
        return MailboxPlacement.TryPlace(rules, account, user, out var mailbox, out var fault)
            ? Lookup<Mailbox>.Found(mailbox, provenance)
            // There is a mailbox: to say that there is none would refuse its mail for good.
            : Lookup<Mailbox>.Unavailable($"{SafeText.OneLine(user, 80)} {fault}", provenance);
    }

    private static string UserOf(Account account) => account.MainAddress?.Text ?? account.Name;
}
