using PolicyDaemon.Configuration;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Wire.Lmtp;
using PolicyDaemon.Wire.Milter;
using PolicyDaemon.Wire.PostfixPolicy;

namespace PolicyDaemon.Hosting;

/// <summary>One configuration in force: its options, its rules, the sources they are asked of, the engine around them, who may log in, and where mailboxes are.</summary>
/// <param name="Quota">Null: how full a mailbox is, is not asked.</param>
/// <param name="Lmtp">Null: no mail is delivered through us.</param>
internal sealed record RuleSet(
    DaemonOptions Options, PolicySnapshot Policy, DirectorySources Sources, QuotaStatusClient? Quota, LmtpBackends? Lmtp, DecisionEngine Engine, Authenticator Authenticator, IUserdb Userdb)
{
    /// <summary>What these rules need to see of a message.</summary>
    public MilterNeeds MilterNeeds { get; } = new(
        Header: (Policy.Messages.LooksAtFrom && Policy.IsEverAsked(CheckName.HeaderFrom)) || (Policy.Messages.NeedsHeader && Policy.IsEverAsked(CheckName.MessageRules)),
        Size: Policy.Limits.Any(limit => limit.Unit == LimitUnit.Bytes) || (Policy.Messages.NeedsSize && Policy.IsEverAsked(CheckName.MessageRules)));

    /// <summary>Closes the sources, when nobody decides by these rules any more.</summary>
    /// <param name="keep">Sources that newer rules go on using; null: none.</param>
    public async ValueTask CloseAsync(DirectorySources? keep = null)
    {
        await Sources.CloseAsync(keep);
        if (Quota is not null) await Quota.DisposeAsync();
        if (Lmtp is not null) await Lmtp.DisposeAsync();
    }
}
