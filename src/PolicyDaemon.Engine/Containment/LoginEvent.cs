using System.Net;
using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Engine.Containment;

/// <summary>What a rule of containment may count: a login did something, from somewhere.</summary>
/// <param name="Login">The SASL username, normalized.</param>
/// <param name="Account">The canonical name of its account; null when no check asked for it.</param>
/// <param name="Refusal">Why it was refused; null: it was not, and only the client's network counts.</param>
/// <param name="Value">What makes it one of its kind: the message's instance, or the recipient.</param>
/// <param name="Client">Null when unknown.</param>
public sealed record LoginEvent(string Login, string? Account, ContainmentTrigger? Refusal, string Value, IPAddress? Client)
{
    /// <summary>In characters; what is longer is compared by its beginning.</summary>
    private const int MaxValueLength = 320;

    /// <summary>What of a decision counts. Only what really happened does: what an observed check would have done refused nothing.</summary>
    /// <param name="areNetworksCounted">Whether any rule counts client networks; without one, only refusals matter.</param>
    /// <param name="account">See <see cref="Account"/>.</param>
    /// <returns>Null: nothing.</returns>
    public static LoginEvent? Of(MailRequest request, Decision decision, bool areNetworksCounted, string? account = null)
    {
        if (!request.IsAuthenticated) return null;
        var refusal = RefusalOf(decision);
        if (refusal is null && !areNetworksCounted) return null;
        var value = refusal == ContainmentTrigger.UnknownRecipients ? request.Recipient : request.Instance;
        return new LoginEvent(
            AddressNormalizer.NormalizeLogin(request.SaslUsername), account, refusal,
            value.Length > MaxValueLength ? value[..MaxValueLength] : value, request.ClientAddress);
    }

    private static ContainmentTrigger? RefusalOf(Decision decision) =>
        decision.Reason == Reason.LimitExceeded ? ContainmentTrigger.LimitRefusals
        : decision.Reason == Reason.RecipientUnknown ? ContainmentTrigger.UnknownRecipients
        : null;
}
