using PolicyDaemon.Engine.Checks;

namespace PolicyDaemon.Engine;

/// <summary>Whether a check's answer counts; the strictest first.</summary>
public enum CheckMode
{
    /// <summary>The check's answer stands.</summary>
    Enforce,

    /// <summary>The check decides, is logged and counted, and the answer is Dunno.</summary>
    Observe,

    /// <summary>The check is not asked.</summary>
    Off,
}

/// <summary>What a check answers when its facts cannot be had; the strictest first.</summary>
public enum WhenUnavailable
{
    Defer,
    Permit,
}

/// <summary>How one check is applied to one request.</summary>
/// <param name="Reply">The configured reply that replaces the check's own default; null: the default.</param>
public sealed record CheckSettings(CheckMode Mode, WhenUnavailable WhenUnavailable = WhenUnavailable.Defer, SmtpReply? Reply = null);

/// <summary>Settings that replace a check's for one domain, one policy_context, or both together.</summary>
/// <param name="Domain">Normalized; null: any domain.</param>
/// <param name="PolicyContext">Null: any.</param>
public sealed record CheckOverride(
    string? Domain, string? PolicyContext, CheckName Check, CheckMode? Mode, WhenUnavailable? WhenUnavailable, SmtpReply? Reply);
