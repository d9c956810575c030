using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Policy;

/// <summary>A place in a list at which an smtpd asks the daemon.</summary>
/// <param name="Permit">A restriction before it that ends the list for some clients; null when there is none.</param>
/// <param name="PossiblePermit">The same where a table or another policy service decides.</param>
internal sealed record PolicyQuestion(
    SmtpdStage Stage, RestrictionList List, Restriction Restriction, PolicyServiceCall Call, Restriction? Permit, Restriction? PossiblePermit)
{
    /// <summary>Everybody is asked about, and the answer counts.</summary>
    internal bool IsUnconditional => Permit is null && !Restriction.OnlyWarns;

    /// <summary>The questions to the daemon in one list, up to a restriction that refuses everything.</summary>
    internal static IEnumerable<PolicyQuestion> In(SmtpdStage stage, RestrictionList list, ServiceParameters parameters, DaemonListeners daemon)
    {
        Restriction? permit = null;
        Restriction? possible = null;
        foreach (var restriction in list.Restrictions)
        {
            if (restriction.AsksPolicyService && PolicyServiceCall.Parse(restriction.Argument!) is var call && daemon.IsMeant(call.Endpoint))
            {
                yield return new PolicyQuestion(stage, list, restriction, call, permit, possible);
                continue;
            }

            var effect = restriction.EffectOn(parameters);
            if (effect == RestrictionEffect.Refuses) yield break;
            if (effect == RestrictionEffect.Permits) permit ??= restriction;
            if (effect == RestrictionEffect.MayPermit) possible ??= restriction;
        }
    }
}
