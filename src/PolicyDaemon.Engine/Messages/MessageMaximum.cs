using System.Collections.Frozen;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Messages;

/// <summary>How much one message may have of something.</summary>
/// <param name="Name">Under which the directory may give an account or a domain an amount of its own, as it does for limits.</param>
/// <param name="Amount">For everybody else; null: nobody's is looked at, whatever the directory says.</param>
public sealed record MessageMaximum(string Name, long? Amount)
{
    /// <summary>Octets.</summary>
    public const string SizeName = "maximumSize";

    public const string RecipientsName = "maximumRecipients";

    /// <summary>The configuration's amounts for domains of ours, normalized. What the directory says stands above them.</summary>
    public IReadOnlyDictionary<string, long> PerDomain { get; init; } = FrozenDictionary<string, long>.Empty;

    public bool IsSet => Amount is not null || PerDomain.Count > 0;

    /// <summary>The amount for a sender: the account's own, else its domain's, else everybody's. Null: none.</summary>
    public long? AmountFor(Account? account, DomainEntry? domain) =>
        !IsSet ? null
        : account is not null && account.Limits.TryGetValue(Name, out var own) ? own
        : domain is not null && domain.Limits.TryGetValue(Name, out var ofDomain) ? ofDomain
        : domain is not null && PerDomain.TryGetValue(domain.Name, out var configured) ? configured
        : Amount;
}
