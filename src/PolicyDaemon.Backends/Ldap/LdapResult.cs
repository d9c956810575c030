using System.Globalization;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>How a server ended an operation.</summary>
/// <param name="Diagnostic">The server's own words; may be empty, and may hold anything.</param>
internal sealed record LdapResult(LdapResultCode Code, string Diagnostic)
{
    /// <summary>Longer diagnostics than this are cut in messages.</summary>
    private const int MaxDiagnosticLength = 200;

    /// <summary><c>busy (51): too many operations</c>, one line, fit for a log.</summary>
    public override string ToString()
    {
        var name = Enum.IsDefined(Code) ? char.ToLowerInvariant(Code.ToString()[0]) + Code.ToString()[1..] : "result";
        var text = string.Create(CultureInfo.InvariantCulture, $"{name} ({(int)Code})");
        return Diagnostic.Length == 0 ? text : $"{text}: {SafeText.OneLine(Diagnostic, MaxDiagnosticLength)}";
    }
}

/// <summary>Result codes by their names in RFC 4511 section 4.1.9 and appendix A; any other number may occur.</summary>
internal enum LdapResultCode
{
    Success = 0,
    OperationsError = 1,
    ProtocolError = 2,
    TimeLimitExceeded = 3,
    SizeLimitExceeded = 4,
    StrongerAuthRequired = 8,
    Referral = 10,
    AdminLimitExceeded = 11,
    UnavailableCriticalExtension = 12,
    ConfidentialityRequired = 13,
    ConstraintViolation = 19,
    NoSuchObject = 32,
    InvalidDnSyntax = 34,
    InappropriateAuthentication = 48,
    InvalidCredentials = 49,
    InsufficientAccessRights = 50,
    Busy = 51,
    Unavailable = 52,
    UnwillingToPerform = 53,
    Other = 80,

    /// <summary>e-syncRefreshRequired, RFC 4533 section 2.6.</summary>
    SyncRefreshRequired = 0x1000,
}
