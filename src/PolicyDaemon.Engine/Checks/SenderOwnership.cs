using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Checks;

/// <summary>Which sender addresses a login may use: the same in the envelope and in the header.</summary>
/// <remarks>
/// A login owns its addresses, also tagged; what an alias with one destination or a catch-all leads to it; what <c>sendAs</c> grants. Logins of
/// <see cref="PolicySnapshot.SendAsAnyone"/> may use any.
/// </remarks>
internal readonly struct SenderOwnership
{
    private readonly DecisionContext context;
    private readonly Lookup<Account> login;

    private SenderOwnership(DecisionContext context, Lookup<Account> login, CheckResult? answer)
    {
        this.context = context;
        this.login = login;
        Answer = answer;
    }

    /// <summary>What is said of every address alike: the login may use any, or whether it may is not known. Null: each is asked about.</summary>
    public CheckResult? Answer { get; }

    /// <summary>Who the login of the request is.</summary>
    public static async ValueTask<SenderOwnership> FindAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        var trusted = context.Policy.SendAsAnyone;
        if (trusted.Contains(context.Login)) return new(context, default, CheckResult.Dunno("login may send as anyone"));

        var found = await context.FindLoginAsync(cancellationToken);
        if (trusted.Count > 0 && found.Value is { } account && account.Logins.Any(trusted.Contains)) return new(context, found, CheckResult.Dunno("account may send as anyone"));

        // The right may be written down under another name of the same account.
        var isOpen = found.IsUnavailable && trusted.Count > 0;
        return new(context, found, isOpen ? CheckResult.Unavailable(Reason.DirectoryUnavailable, found.Cause ?? "no answer") : null);
    }

    /// <param name="reason">Why an address that is not owned is refused, and <paramref name="reply"/> with what.</param>
    public async ValueTask<CheckResult> JudgeAsync(EmailAddress sender, Reason reason, SmtpReply reply, CancellationToken cancellationToken)
    {
        // What one source grants no other takes away, so that a partial answer is good enough to say yes here. Whether the account
        // may send at all is not asked here.
        if (login.Value is { } account && (account.Owns(sender) || AddressPatterns.Cover(account.SendAs, sender)))
        {
            return CheckResult.Dunno(context.IsRehearsal ? $"address of account {account.Name}" : "");
        }

        if (login.IsNotFound) return CheckResult.Refuse(reason, reply, "no directory knows this login");

        // A tag is cut only where the whole address has no entry: with '-' as delimiter, mary-ann is not mary's.
        var owners = await context.Book.FindOwnersAsync(sender, cancellationToken);
        if (login.IsUnavailable || owners.IsUnavailable)
        {
            return CheckResult.Unavailable(Reason.DirectoryUnavailable, login.Cause ?? owners.Cause ?? "no answer");
        }

        return owners.Value is { } found && OwnsThrough(login.Value!, found)
            ? CheckResult.Dunno($"tag, alias or catch-all of account {login.Value!.Name}")
            : CheckResult.Refuse(reason, reply, $"account {login.Value!.Name} does not own {sender}");
    }

    private static bool OwnsThrough(Account account, AddressOwners found) =>
        found.Accounts.Any(owner => owner.Name == account.Name) || AddressPatterns.Cover(account.SendAs, found.Answering);
}
