using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Checks;

/// <summary>
/// Refuses when sending is stopped for everyone, for a domain or for a login. Asked at every stage of sending, so that a block
/// reaches a session that is already open.
/// </summary>
/// <remarks>
/// Replies 554 5.7.1, 451 4.7.1 or hold, as the block says; of several blocks the strictest counts. Applies to logins and to our own senders in
/// trusted networks, never to mail from outside. Statuses from RFC 3463 section 3.8.
/// </remarks>
internal sealed class SendingBlock(IBlocks blocks) : ICheck
{
    private static readonly SmtpReply Rejected = new(554, "7.1", "Sending is stopped for this account");
    private static readonly SmtpReply Deferred = new(451, "7.1", "Sending is paused for this account, try again later");

    public CheckName Name => CheckName.SendingBlock;

    public async ValueTask<CheckResult> DecideAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        if (!context.IsSending || context.Origin == ClientOrigin.Outside) return CheckResult.Dunno();

        var answer = await blocks.ReadAsync(cancellationToken);
        if (answer.Value is not { } set) return CheckResult.Unavailable(Reason.BlocksUnavailable, answer.Cause ?? "no answer");
        context.Note("blocks", set, static blocks => blocks.IsEmpty ? "none" : $"{blocks.Blocks.Count} given", answer.Provenance);
        if (set.IsEmpty && !answer.IsUnavailable) return CheckResult.Dunno();

        // A store that is away may hold more blocks than those known.
        var search = new Search(set, context, answer.IsUnavailable ? answer.Cause ?? "no answer" : null);
        if (set.IsEmpty) return search.ToResult();
        if (context.Origin == ClientOrigin.Authenticated) await search.AddLoginAsync(cancellationToken);
        else await search.AddOwnersAsync(cancellationToken);
        return search.ToResult();
    }

    private static CheckResult Refuse(Block block)
    {
        var reason = block.Subject.Scope switch
        {
            BlockScope.Login => Reason.BlockedLogin,
            BlockScope.Domain => Reason.BlockedDomain,
            _ => Reason.BlockedEveryone,
        };
        var detail = $"{block.Subject} blocked by {block.Author}{(block.Reason.Length == 0 ? "" : ": ")}{block.Reason}";
        return block.Action switch
        {
            BlockAction.Hold => CheckResult.Hold(reason, detail),
            BlockAction.Defer => CheckResult.Refuse(reason, Deferred, detail),
            _ => CheckResult.Refuse(reason, Rejected, detail),
        };
    }

    /// <summary>Collects who is sending, and keeps the strictest block that applies to any of them.</summary>
    private sealed class Search(BlockSet set, DecisionContext context, string? missing)
    {
        private readonly EmailAddress? sender = context.Sender is { } typed ? SenderRewriting.UnwrapBatv(typed) ?? typed : null;
        private Block? strictest;
        private string? cause;

        public async ValueTask AddLoginAsync(CancellationToken cancellationToken)
        {
            Consider(BlockSubject.Everyone);
            Consider(BlockScope.Login, context.Login);
            if (context.Login.LastIndexOf('@') is > 0 and var at) Consider(BlockScope.Domain, context.Login[(at + 1)..]);
            if (sender is not null) Consider(BlockScope.Domain, sender.Domain);

            var account = await context.FindLoginAsync(cancellationToken);
            if (account.Value is { } known) Consider(known);
            if (account.IsUnavailable) cause = account.Cause ?? "no answer";
        }

        /// <summary>A client in a trusted network sends as whoever owns the address, if it is one of ours.</summary>
        public async ValueTask AddOwnersAsync(CancellationToken cancellationToken)
        {
            if (sender is null) return;
            var domain = await context.Book.FindDomainAsync(sender.Domain, cancellationToken);
            var owners = await context.Book.FindOwnersAsync(sender, cancellationToken);
            if (domain.IsUnavailable || owners.IsUnavailable) cause = domain.Cause ?? owners.Cause ?? "no answer";
            if (domain.Value is null && owners.Value is null) return;

            Consider(BlockSubject.Everyone);
            Consider(BlockScope.Domain, sender.Domain);
            foreach (var owner in owners.Value?.Accounts ?? []) Consider(owner);
        }

        /// <summary>A block that was found stands; that nobody could be asked matters only when none was.</summary>
        public CheckResult ToResult() =>
            strictest is not null ? Refuse(strictest)
            : missing is not null ? CheckResult.Unavailable(Reason.BlocksUnavailable, missing)
            : cause is not null ? CheckResult.Unavailable(Reason.DirectoryUnavailable, cause)
            : CheckResult.Dunno();

        private void Consider(Account account)
        {
            Consider(BlockScope.Login, account.Name);
            foreach (var login in account.Logins) Consider(BlockScope.Login, login);
            if (account.Addresses is not [var main, ..]) return;
            Consider(BlockScope.Domain, main.Domain);

            // Whoever blocks in a hurry writes the mail address, also where the login is another name.
            Consider(BlockScope.Login, main.Text);
        }

        private void Consider(BlockScope scope, string key) => Consider(new BlockSubject(scope, key));

        private void Consider(BlockSubject subject)
        {
            if (set.Find(subject, context.Now) is { } block && (strictest is null || block.Action < strictest.Action)) strictest = block;
        }
    }
}
