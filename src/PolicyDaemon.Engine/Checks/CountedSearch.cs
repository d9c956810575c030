using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Checks;

/// <summary>Who one request counts for, in canonical form.</summary>
/// <param name="Login">The account of the login; null without a login, or when no directory knows it.</param>
/// <param name="LoginDomain">The domain of that account's first address; null when no source has it.</param>
/// <param name="Domain">The domain of ours that sends; null when none does.</param>
/// <param name="Recipient">The address under which the recipient is counted; null when there is none to be counted.</param>
internal sealed record Counted(Account? Login, DomainEntry? LoginDomain, DomainEntry? Domain, EmailAddress? Recipient);

/// <summary>Finds out who is counted, as far as some limit needs to know.</summary>
/// <remarks>
/// Unavailable also when a source is missing: the account's canonical name may be that source's, and an outage must not open a second
/// account book, nor another amount.
/// </remarks>
internal static class CountedSearch
{
    public static async ValueTask<Lookup<Counted>> FindAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        var limits = context.Policy.Limits;
        var hasLoginLimit = limits.Any(limit => limit.Key == LimitKey.Login);
        var hasDomainLimit = limits.Any(limit => limit.Key == LimitKey.Domain);
        var login = Lookup<Account>.NotFound(Provenance.None);
        if (context.Origin == ClientOrigin.Authenticated && (hasLoginLimit || hasDomainLimit || limits.Any(limit => limit.ExemptLogins.Count > 0)))
        {
            login = await context.FindLoginAsync(cancellationToken);
            if (login.IsUnavailable) return Missing(login);
        }

        var loginDomain = hasLoginLimit ? await FindMainDomainAsync(context, login.Value, cancellationToken) : Nothing;
        if (loginDomain.IsUnavailable) return Missing(loginDomain);

        var domain = hasDomainLimit ? await FindSendingDomainAsync(context, login.Value, cancellationToken) : Nothing;
        if (domain.IsUnavailable) return Missing(domain);

        var recipient = await FindRecipientAsync(context, cancellationToken);
        if (recipient.IsUnavailable) return Missing(recipient);
        return Lookup<Counted>.Found(new Counted(login.Value, loginDomain.Value, domain.Value, recipient.Value), Provenance.None);
    }

    private static Lookup<DomainEntry> Nothing => Lookup<DomainEntry>.NotFound(Provenance.None);

    private static async ValueTask<Lookup<DomainEntry>> FindMainDomainAsync(DecisionContext context, Account? login, CancellationToken cancellationToken) =>
        login is { Addresses: [var main, ..] } ? await FindWholeAsync(context, main.Domain, cancellationToken) : Nothing;

    /// <summary>With all its amounts: one that the configuration calls ours is not enough while a source that may have an amount is away.</summary>
    private static async ValueTask<Lookup<DomainEntry>> FindWholeAsync(DecisionContext context, string name, CancellationToken cancellationToken)
    {
        var domain = await context.Book.FindDomainAsync(name, cancellationToken);
        return domain.Value?.MissingCause is { } cause ? Lookup<DomainEntry>.Unavailable(cause, domain.Provenance) : domain;
    }

    /// <summary>
    /// The sender's domain, when it is ours, else that of the login's account. An outsider's sender is forged at will: counting it would
    /// let anyone use up a domain's limit.
    /// </summary>
    private static async ValueTask<Lookup<DomainEntry>> FindSendingDomainAsync(
        DecisionContext context, Account? login, CancellationToken cancellationToken)
    {
        if (context.Origin != ClientOrigin.Outside && context.Sender is { } sender)
        {
            var domain = await FindWholeAsync(context, sender.Domain, cancellationToken);
            if (domain.IsUnavailable || domain.Value is not null) return domain;
        }

        var loginDomain = await FindMainDomainAsync(context, login, cancellationToken);
        return loginDomain.IsNotFound && login is { Addresses: [var main, ..] }
            ? Lookup<DomainEntry>.Found(new DomainEntry(main.Domain, IsEnabled: true), Provenance.None)
            : loginDomain;
    }

    /// <summary>Asked at RCPT only, where it is charged.</summary>
    private static ValueTask<Lookup<EmailAddress>> FindRecipientAsync(DecisionContext context, CancellationToken cancellationToken) =>
        context is { Recipient: { } recipient, Request.Stage: SmtpStage.Rcpt } && context.Policy.Limits.Any(limit => limit.Key == LimitKey.Recipient)
            ? context.Book.FindCountedAsync(recipient, cancellationToken)
            : new(Lookup<EmailAddress>.NotFound(Provenance.None));

    private static Lookup<Counted> Missing<T>(Lookup<T> lookup)
        where T : class => Lookup<Counted>.Unavailable(lookup.Cause ?? "no answer", lookup.Provenance);
}
