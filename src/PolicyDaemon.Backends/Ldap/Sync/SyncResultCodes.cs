namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>What the result with which a provider ends a synchronization means. None of them says that an entry is gone.</summary>
internal static class SyncResultCodes
{
    internal static SyncEnding Judge(LdapResult result, LdapOptions options)
    {
        var cause = result.ToString();
        return result.Code switch
        {
            LdapResultCode.SyncRefreshRequired => new(SyncEndingKind.RefreshRequired, cause),
            LdapResultCode.UnwillingToPerform when IsStateComplaint(result.Diagnostic) => new(SyncEndingKind.Behind, cause),
            LdapResultCode.UnavailableCriticalExtension => Unsupported(cause),
            LdapResultCode.UnwillingToPerform or LdapResultCode.ProtocolError when IsControlComplaint(result.Diagnostic) => Unsupported(cause),
            LdapResultCode.SizeLimitExceeded => Misconfigured(cause, $"allow {Who(options)} to read everything: limits dn.exact=\"{options.BindDn}\" size=unlimited time=unlimited"),
            LdapResultCode.NoSuchObject => Misconfigured(cause, $"{options.BaseDn} does not exist there, or an ACL hides it from {Who(options)}: restore it, or correct baseDn or the ACL"),
            LdapResultCode.InsufficientAccessRights => Misconfigured(cause, $"an ACL has to let {Who(options)} search and read below {options.BaseDn}"),
            LdapResultCode.InvalidCredentials or LdapResultCode.InappropriateAuthentication or LdapResultCode.StrongerAuthRequired
                or LdapResultCode.ConfidentialityRequired or LdapResultCode.InvalidDnSyntax or LdapResultCode.Referral => Misconfigured(cause, null),
            LdapResultCode.Success => new(SyncEndingKind.Failed, "the provider ended the synchronization without a cause"),
            _ => new(SyncEndingKind.Failed, cause),
        };
    }

    /// <summary>
    /// "consumer state is newer than provider!", "consumer has state info but provider doesn't!" (slapd 2.5, overlays/syncprov.c): restored
    /// from a backup, or loaded anew.
    /// </summary>
    private static bool IsStateComplaint(string diagnostic) =>
        diagnostic.Contains("consumer state is newer", StringComparison.OrdinalIgnoreCase)
        || diagnostic.Contains("consumer has state info", StringComparison.OrdinalIgnoreCase);

    private static bool IsControlComplaint(string diagnostic) => diagnostic.Contains("control", StringComparison.OrdinalIgnoreCase);

    internal static SyncEnding Unsupported(string cause) =>
        new(SyncEndingKind.Unsupported, cause, "load the overlay syncprov on the server, or set mode to lookup");

    private static SyncEnding Misconfigured(string cause, string? advice) => new(SyncEndingKind.Misconfigured, cause, advice);

    private static string Who(LdapOptions options) => options.BindDn ?? "anonymous";
}
