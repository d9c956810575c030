namespace PolicyDaemon.Engine;

/// <summary>
/// Why a check, or the login, was decided as it was: a closed list of words for log, metric, <c>ask</c> and <c>docs/decisions.md</c>. Private:
/// the public text is in the reply.
/// </summary>
public sealed class Reason
{
    private static readonly List<Reason> Listed = [];

    private Reason(string name)
    {
        Name = name;
        Listed.Add(this);
    }

    // Storage
    public static readonly Reason StorageFull = new("storage_full");

    // SendingBlock
    public static readonly Reason BlockedLogin = new("blocked_login");
    public static readonly Reason BlockedDomain = new("blocked_domain");
    public static readonly Reason BlockedEveryone = new("blocked_everyone");
    public static readonly Reason BlocksUnavailable = new("blocks_unavailable");

    // SenderAuthorization
    public static readonly Reason SendingDisabled = new("sending_disabled");
    public static readonly Reason SendingNotGranted = new("sending_not_granted");
    public static readonly Reason SendAllowedInvalid = new("send_allowed_invalid");
    public static readonly Reason AccountStatus = new("account_status");
    public static readonly Reason AccountStatusUnknown = new("account_status_unknown");
    public static readonly Reason AccountDisabled = new("account_disabled");
    public static readonly Reason AccountUnknown = new("account_unknown");
    public static readonly Reason AccountUnknownToIdentity = new("account_unknown_to_identity");
    public static readonly Reason DomainDisabled = new("domain_disabled");

    // IdentityBinding
    public static readonly Reason SenderNotOwned = new("sender_not_owned");
    public static readonly Reason SenderMalformed = new("sender_malformed");
    public static readonly Reason NullSenderFromLogin = new("null_sender_from_login");
    public static readonly Reason SenderNeedsLogin = new("sender_needs_login");

    // HeaderFrom
    public static readonly Reason HeaderFromNotOwned = new("header_from_not_owned");
    public static readonly Reason HeaderSenderNotOwned = new("header_sender_not_owned");
    public static readonly Reason HeaderNameNotOwned = new("header_name_not_owned");
    public static readonly Reason HeaderFromMalformed = new("header_from_malformed");
    public static readonly Reason HeaderSenderMalformed = new("header_sender_malformed");
    public static readonly Reason HeaderFromMissing = new("header_from_missing");
    public static readonly Reason HeaderFromRepeated = new("header_from_repeated");
    public static readonly Reason HeaderTooLarge = new("header_too_large");
    public static readonly Reason HeaderUnseen = new("header_unseen");

    // RecipientExistence
    public static readonly Reason RecipientUnknown = new("recipient_unknown");
    public static readonly Reason RecipientMalformed = new("recipient_malformed");
    public static readonly Reason RecipientNotOpenToSender = new("recipient_not_open_to_sender");
    public static readonly Reason RecipientOverQuota = new("recipient_over_quota");
    public static readonly Reason QuotaUnavailable = new("quota_unavailable");

    // MessageRules; header_too_large too
    public static readonly Reason MessageTooLarge = new("message_too_large");
    public static readonly Reason TooManyRecipients = new("too_many_recipients");
    public static readonly Reason HeaderRemoved = new("header_removed");

    // RateLimit
    public static readonly Reason LimitExceeded = new("limit_exceeded");
    public static readonly Reason CountersUnavailable = new("counters_unavailable");

    // Logins
    public static readonly Reason PasswordWrong = new("password_wrong");
    public static readonly Reason PasswordReported = new("password_reported");
    public static readonly Reason PasswordMissing = new("password_missing");
    public static readonly Reason PasswordMalformed = new("password_malformed");
    public static readonly Reason LoginMalformed = new("login_malformed");
    public static readonly Reason MasterLogin = new("master_login");
    public static readonly Reason PasswordsUnavailable = new("passwords_unavailable");
    public static readonly Reason PasswordsOverloaded = new("passwords_overloaded");
    public static readonly Reason GuessingLogin = new("guessing_login");
    public static readonly Reason GuessingNetwork = new("guessing_network");

    // any check
    public static readonly Reason DirectoryUnavailable = new("directory_unavailable");
    public static readonly Reason DeadlineExceeded = new("deadline_exceeded");
    public static readonly Reason InternalError = new("internal_error");

    /// <summary>Every reason there is, in the order of the checks.</summary>
    public static IReadOnlyList<Reason> All => Listed;

    public string Name { get; }

    public override string ToString() => Name;
}
