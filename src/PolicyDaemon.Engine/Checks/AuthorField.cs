using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Engine.Checks;

/// <summary>A header field that says whom a message is from, and how it is refused when it is not the login's.</summary>
/// <param name="MostMailboxes">How many addresses it may have.</param>
internal sealed record AuthorField(string Name, int MostMailboxes, Reason NotOwned, SmtpReply NotOwnedReply, Reason Malformed, SmtpReply MalformedReply)
{
    /// <summary>Most addresses in display names that are asked about.</summary>
    private const int MaxClaims = 8;

    private static readonly SmtpReply NameNotOwned = new(553, "7.1", "Display name in the message header is an address that your login does not own");

    /// <summary>Judges the one field of this name.</summary>
    public async ValueTask<CheckResult> JudgeAsync(HeaderField field, SenderOwnership login, DecisionContext context, CancellationToken cancellationToken)
    {
        if (field.Name.Length != field.LookupName.Length) return Refuse("white space before the colon");
        var list = AddressListParser.Parse(field.Value.Span);
        if (list.Outcome != AddressListOutcome.Addresses) return Refuse(list.Cause);
        if (list.Mailboxes.Count == 0) return Refuse("a group without an address");
        if (list.Mailboxes.Count > MostMailboxes) return Refuse("more than one address");

        // What is surely another's is refused, whatever else could not be asked.
        CheckResult? unavailable = null;
        foreach (var mailbox in list.Mailboxes)
        {
            var result = await JudgeAsync(mailbox, login, context, cancellationToken);
            if (result.Verdict != Verdict.Dunno) return result;
            if (result.IsUnavailable) unavailable ??= result;
        }

        return unavailable ?? CheckResult.Dunno($"{Name} is owned");
    }

    private async ValueTask<CheckResult> JudgeAsync(Mailbox mailbox, SenderOwnership login, DecisionContext context, CancellationToken cancellationToken)
    {
        if (!context.Policy.Normalizer.TryParse(mailbox.Address, out var address)) return Refuse("an address that is none");
        var owned = await login.JudgeAsync(address, NotOwned, NotOwnedReply, cancellationToken);
        if (owned.Verdict != Verdict.Dunno || owned.IsUnavailable) return owned;

        var claims = mailbox.Texts.SelectMany(ClaimedAddress.FindAll).Distinct().ToList();
        if (claims.Count > MaxClaims) return Refuse($"more than {MaxClaims} addresses in a display name");
        foreach (var claim in claims)
        {
            var result = await JudgeAsync(claim, login, context, cancellationToken);
            if (result.Verdict != Verdict.Dunno || result.IsUnavailable) return result;
        }

        return owned;
    }

    /// <summary>
    /// A name that is an address and nothing more stands for the sender, whosever domain it has. One with an address in it is common
    /// ("bob@example.org via Support"); it must not be one of our domains.
    /// </summary>
    private static async ValueTask<CheckResult> JudgeAsync(
        ClaimedAddress claim, SenderOwnership login, DecisionContext context, CancellationToken cancellationToken)
    {
        var domainText = claim.Text[(claim.Text.LastIndexOf('@') + 1)..];
        if (!AddressNormalizer.TryNormalizeDomain(domainText, out var domain)) return CheckResult.Dunno();
        if (!claim.IsAlone || !domain.Contains('.', StringComparison.Ordinal))
        {
            var ours = await context.Book.FindDomainAsync(domain, cancellationToken);
            if (ours.IsNotFound) return CheckResult.Dunno();
            if (ours.Value is null) return CheckResult.Unavailable(Reason.DirectoryUnavailable, ours.Cause ?? "no answer");
        }

        return context.Policy.Normalizer.TryParse(claim.Text, out var address)
            ? await login.JudgeAsync(address, Reason.HeaderNameNotOwned, NameNotOwned, cancellationToken)
            : CheckResult.Refuse(Reason.HeaderNameNotOwned, NameNotOwned, "an address that is none");
    }

    private CheckResult Refuse(string fault) => CheckResult.Refuse(Malformed, MalformedReply, $"{Name}: {fault}");
}
