namespace PolicyDaemon.Telemetry;

/// <summary>
/// The first word of every log line that an administrator may rely on, as <c>docs/logging.md</c> lists them. A word, once given, keeps
/// its meaning.
/// </summary>
internal static class LogEvents
{
    public const string Decision = "decision";
    public const string Observed = "observed";
    public const string PermittedUnavailable = "permitted_unavailable";
    public const string CheckFault = "check_fault";
    public const string LoginAccepted = "login_accepted";
    public const string LoginRefused = "login_refused";
    public const string LoginDeferred = "login_deferred";
    public const string LoginFault = "login_fault";
    public const string GuessingLocked = "guessing_locked";
    public const string GuessingCleared = "guessing_cleared";
    public const string GuessingAlone = "guessing_alone";
    public const string GuessingShared = "guessing_shared";
    public const string Delivery = "delivery";
    public const string BackendUnavailable = "backend_unavailable";
    public const string BackendAvailable = "backend_available";
    public const string PeerMalformed = "peer_malformed";
    public const string PeerRefused = "peer_refused";
    public const string SessionFault = "session_fault";
    public const string SourceUnavailable = "source_unavailable";
    public const string SourceAvailable = "source_available";
    public const string ServerPassedOver = "server_passed_over";
    public const string ServerUsed = "server_used";
    public const string FileRead = "file_read";
    public const string FileFaulty = "file_faulty";
    public const string AnswersKept = "answers_kept";
    public const string AnswersNotKept = "answers_not_kept";
    public const string LdapRefreshed = "ldap_refreshed";
    public const string LdapViewUsed = "ldap_view_used";
    public const string LdapLookup = "ldap_lookup";
    public const string LdapInterrupted = "ldap_interrupted";
    public const string LdapSilent = "ldap_silent";
    public const string LdapStale = "ldap_stale";
    public const string LdapWithheld = "ldap_withheld";
    public const string LdapProviderBehind = "ldap_provider_behind";
    public const string LdapSettled = "ldap_settled";
    public const string LdapConflict = "ldap_conflict";
    public const string LdapSavedView = "ldap_saved_view";
    public const string LdapAccepted = "ldap_accepted";
    public const string StoreAway = "store_away";
    public const string StoreBack = "store_back";
    public const string StoreHeard = "store_heard";
    public const string StoreUnheard = "store_unheard";
    public const string BlocksPending = "blocks_pending";
    public const string BlocksMerged = "blocks_merged";
    public const string StateFault = "state_fault";
    public const string StoreFault = "store_fault";
    public const string JournalFull = "journal_full";
    public const string NodesExceeded = "nodes_exceeded";
    public const string JournalLeft = "journal_left";
    public const string WatchAlert = "watch_alert";
    public const string WatchSettled = "watch_settled";
    public const string WatchBlind = "watch_blind";
    public const string WatchSees = "watch_sees";
    public const string WatchFault = "watch_fault";
    public const string LedgerFault = "ledger_fault";
    public const string LedgerDropped = "ledger_dropped";
    public const string LedgerWaiting = "ledger_waiting";
    public const string LedgerHandedOver = "ledger_handed_over";
    public const string BlockGiven = "block_given";
    public const string BlockTaken = "block_taken";
    public const string LimitReset = "limit_reset";
    public const string Contained = "contained";
    public const string ContainmentKept = "containment_kept";
    public const string ContainmentFault = "containment_fault";
    public const string NoticeSent = "notice_sent";
    public const string NoticeDelayed = "notice_delayed";
    public const string NoticeFailed = "notice_failed";
    public const string NoticeWithheld = "notice_withheld";
    public const string AlertFault = "alert_fault";
    public const string DaemonStarted = "daemon_started";
    public const string DaemonStopped = "daemon_stopped";
    public const string Listening = "listening";
    public const string ConfigurationReloaded = "configuration_reloaded";
    public const string ConfigurationRejected = "configuration_rejected";
    public const string ConfigurationWarning = "configuration_warning";

    /// <summary>Lines of the libraries underneath; they carry <c>source</c> and <c>message</c> and promise nothing.</summary>
    public const string Library = "library";
}
