using System.Collections.Frozen;
using PolicyDaemon.Engine.Checks;

namespace PolicyDaemon.Engine.Messages;

/// <summary>A rule on messages that can put what it refuses on hold instead.</summary>
public enum MessageRule
{
    HeaderFrom,
    MaximumSize,
    MaximumRecipients,
}

/// <summary>What the configuration says of messages.</summary>
public sealed record MessageRules
{
    /// <summary>Nothing is measured and nothing removed; the header is looked at.</summary>
    public static readonly MessageRules None = new();

    /// <summary>Whether From and Sender are looked at.</summary>
    public bool LooksAtFrom { get; init; } = true;

    /// <summary>How large messages may be.</summary>
    public MessageMaximum Size { get; init; } = new(MessageMaximum.SizeName, null);

    /// <summary>How many recipients a message may have.</summary>
    public MessageMaximum Recipients { get; init; } = new(MessageMaximum.RecipientsName, null);

    /// <summary>Those whose refusals become holds.</summary>
    public IReadOnlySet<MessageRule> Quarantine { get; init; } = FrozenSet<MessageRule>.Empty;

    /// <summary>What is taken out of the header.</summary>
    public UnwantedFields Unwanted { get; init; } = UnwantedFields.None;

    /// <summary>A refusal as this rule is to give it: itself, or a hold.</summary>
    internal CheckResult Apply(MessageRule rule, CheckResult refusal) =>
        refusal.Verdict == Verdict.Reject && Quarantine.Contains(rule) ? CheckResult.Hold(refusal.Reason!, refusal.Detail) : refusal;

    public bool NeedsHeader => !Unwanted.IsEmpty;

    public bool NeedsSize => Size.IsSet;
}
