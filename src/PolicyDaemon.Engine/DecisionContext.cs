using System.Net;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine;

/// <summary>Where the client stands.</summary>
public enum ClientOrigin
{
    /// <summary>No login, no trusted network: it learns nothing about accounts.</summary>
    Outside,

    /// <summary>No login, but in a trusted network, or mail of this machine itself.</summary>
    Trusted,

    /// <summary>Logged in.</summary>
    Authenticated,
}

/// <summary>One request while it is being decided: the parsed request, the rules, and the facts asked for so far.</summary>
public sealed class DecisionContext
{
    private readonly AskedDirectory directory;

    /// <summary>Without a request until <see cref="Begin"/>.</summary>
    internal DecisionContext(PolicySnapshot policy, IDirectory directory)
    {
        Policy = policy;
        this.directory = new AskedDirectory(directory, policy);
        Book = new AddressBook(this.directory, policy);
    }

    internal DecisionContext(MailRequest request, PolicySnapshot policy, IDirectory directory, DateTimeOffset now, bool isRehearsal)
        : this(policy, directory) => Begin(request, now, isRehearsal);

    public MailRequest Request { get; private set; } = null!;

    public PolicySnapshot Policy { get; }

    public DateTimeOffset Now { get; private set; }

    /// <summary>True for <c>ask</c>: nothing may be charged.</summary>
    public bool IsRehearsal { get; private set; }

    public ClientOrigin Origin { get; private set; }

    /// <summary>A message is being sent: its sender is known, or about to be.</summary>
    public bool IsSending => Request.Stage is SmtpStage.Mail or SmtpStage.Rcpt or SmtpStage.Data or SmtpStage.EndOfMessage;

    /// <summary>The SASL username, normalized; empty when there is none.</summary>
    public string Login { get; private set; } = "";

    /// <summary>The envelope sender, normalized; null when it is the null sender, not said yet, or no address.</summary>
    public EmailAddress? Sender { get; private set; }

    public bool HasNullSender => Request.EnvelopeSender is { Length: 0 };

    /// <summary>A sender was given that is no address: whose it is cannot be asked.</summary>
    public bool IsSenderMalformed => Request.EnvelopeSender is { Length: > 0 } && Sender is null;

    /// <summary>The recipient, normalized; null when there is none or it is no address.</summary>
    public EmailAddress? Recipient { get; private set; }

    /// <summary>The canonical name of the login's account, once a check has asked for it; null before.</summary>
    public string? AccountName { get; private set; }

    /// <summary>Addresses followed over tags, catch-alls and aliases.</summary>
    public AddressBook Book { get; }

    /// <summary>Age of the oldest fact used so far.</summary>
    public TimeSpan OldestAge => directory.OldestAge;

    internal List<Fact>? Facts
    {
        set => directory.Facts = value;
    }

    /// <summary>Forgets the request before and everything asked for it.</summary>
    internal void Begin(MailRequest request, DateTimeOffset now, bool isRehearsal)
    {
        directory.Forget();
        AccountName = null;
        Request = request;
        Now = now;
        IsRehearsal = isRehearsal;
        Login = AddressNormalizer.NormalizeLogin(request.SaslUsername);
        Origin = request.IsAuthenticated ? ClientOrigin.Authenticated
            : request.IsNonSmtp || IsIn(request.ClientAddress, Policy.TrustedNetworks) ? ClientOrigin.Trusted
            : ClientOrigin.Outside;
        Sender = Parse(request.EnvelopeSender);
        Recipient = Parse(request.Recipient);
    }

    /// <summary>The account behind the login. Asked only when there is a login.</summary>
    public async ValueTask<Lookup<Account>> FindLoginAsync(CancellationToken cancellationToken)
    {
        if (!AddressNormalizer.IsLogin(Login)) return Lookup<Account>.NotFound(Provenance.None);
        var answer = await directory.FindAccountAsync(Login, cancellationToken);
        if (answer.Value is { } account) AccountName = account.Name;
        return answer;
    }

    /// <summary>Notes a fact that did not come from the directory.</summary>
    public void Note(string question, string answer, Provenance provenance) => directory.Note(question, answer, provenance);

    /// <param name="describe">Asked for only where facts are noted.</param>
    internal void Note<T>(string question, T answer, Func<T, string> describe, Provenance provenance) => directory.Note(question, answer, describe, provenance);

    /// <summary>
    /// The domain whose overrides apply to a check: the recipient's for <see cref="CheckName.RecipientExistence"/>; for the
    /// others that of the login's account, because the client chooses the sender, and without a login that of the sender. An
    /// outsider's sender says nothing about how much may arrive: for it no domain's limits are loosened.
    /// </summary>
    internal async ValueTask<PolicyDomain> FindPolicyDomainAsync(CheckName check, CancellationToken cancellationToken)
    {
        if (check == CheckName.RecipientExistence) return await FindRecipientDomainAsync(cancellationToken);
        if (Origin == ClientOrigin.Outside && check == CheckName.RateLimit) return PolicyDomain.None;
        if (Origin != ClientOrigin.Authenticated) return new PolicyDomain(true, Sender?.Domain);

        var account = await FindLoginAsync(cancellationToken);
        if (account.IsUnavailable) return PolicyDomain.Unknown;
        if (account.Value is { Addresses: [var main, ..] }) return new PolicyDomain(true, main.Domain);
        var at = Login.LastIndexOf('@');
        return new PolicyDomain(true, at > 0 ? Login[(at + 1)..] : null);
    }

    private async ValueTask<PolicyDomain> FindRecipientDomainAsync(CancellationToken cancellationToken) =>
        Recipient is null ? PolicyDomain.None
        : await Book.FindTargetAsync(Recipient, cancellationToken) is { } target ? new PolicyDomain(true, target.Address.Domain)
        : PolicyDomain.None;

    internal static bool IsIn(IPAddress? address, IReadOnlyList<IPNetwork> networks)
    {
        if (address is null) return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        for (var i = 0; i < networks.Count; i++)
        {
            if (networks[i].Contains(plain)) return true;
        }

        return false;
    }

    private EmailAddress? Parse(string? text) =>
        !string.IsNullOrEmpty(text) && Policy.Normalizer.TryParse(text, out var address) ? address : null;
}

/// <summary>The domain that chooses the overrides of a check.</summary>
/// <param name="IsKnown">False: it could not be found out.</param>
/// <param name="Name">Normalized; null: no domain.</param>
internal readonly record struct PolicyDomain(bool IsKnown, string? Name)
{
    public static readonly PolicyDomain None = new(true, null);

    public static readonly PolicyDomain Unknown;
}
