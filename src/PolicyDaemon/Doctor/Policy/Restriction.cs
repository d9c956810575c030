using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Policy;

/// <summary>What a restriction can do to a list.</summary>
internal enum RestrictionEffect
{
    /// <summary>Refuses or says nothing.</summary>
    Passes,

    /// <summary>Ends the list with a permit, for some clients.</summary>
    Permits,

    /// <summary>Ends the list with a permit if a table or another policy service says so.</summary>
    MayPermit,

    /// <summary>Refuses everything.</summary>
    Refuses,
}

/// <summary>One restriction of a list, after expansion.</summary>
/// <param name="Name">Lower case.</param>
/// <param name="Argument">Table, policy service, domain or number that belongs to it; expanded.</param>
/// <param name="FirstWord">Index of the first word, as written, that it stems from; <c>warn_if_reject</c> included.</param>
/// <param name="LastWord">Index of the last one; the same when one <c>$name</c> holds all of it.</param>
/// <param name="OnlyWarns">Behind <c>warn_if_reject</c>.</param>
/// <param name="Class">The restriction class in the list that it stands in, if any.</param>
internal sealed record Restriction(string Name, string? Argument, int FirstWord, int LastWord, bool OnlyWarns, string? Class)
{
    private const string PolicyService = "check_policy_service";

    internal bool AsksPolicyService => Name == PolicyService && Argument is not null;

    internal string Text => Argument is null ? Name : $"{Name} {Argument}";

    /// <param name="parameters">Of the service: a permit for logins does nothing where nobody can log in.</param>
    /// <remarks>Names: postconf(5), smtpd_client_restrictions to smtpd_recipient_restrictions.</remarks>
    internal RestrictionEffect EffectOn(ServiceParameters parameters) => Name switch
    {
        "reject" or "defer" => OnlyWarns ? RestrictionEffect.Passes : RestrictionEffect.Refuses,
        "permit_sasl_authenticated" => parameters.IsOn("smtpd_sasl_auth_enable") ? RestrictionEffect.Permits : RestrictionEffect.Passes,
        "permit_mynetworks" => parameters.Get("mynetworks").Length > 0 ? RestrictionEffect.Permits : RestrictionEffect.Passes,
        PolicyService => RestrictionEffect.MayPermit,
        _ when IsPermit(Name) => RestrictionEffect.Permits,
        _ when IsTable(Name) => RestrictionEffect.MayPermit,
        _ => RestrictionEffect.Passes,
    };

    /// <summary>True when the next word of the list belongs to the restriction.</summary>
    internal static bool TakesArgument(string name) =>
        name is PolicyService or "sleep" or "reject_rbl_client" or "reject_rbl" or "permit_dnswl_client" or "permit_rhswl_client" ||
        name.StartsWith("reject_rhsbl_", StringComparison.Ordinal) || IsAccessCheck(name);

    /// <summary>A table without a restriction before it, <c>hash:/etc/postfix/access</c>: short for the check_*_access of the list.</summary>
    internal static bool IsTable(string name) => IsAccessCheck(name) || name.Contains(':', StringComparison.Ordinal) || name.StartsWith('{');

    private static bool IsAccessCheck(string name) =>
        name.StartsWith("check_", StringComparison.Ordinal) && name.EndsWith("_access", StringComparison.Ordinal);

    private static bool IsPermit(string name) => name == "permit" || name.StartsWith("permit_", StringComparison.Ordinal);
}
