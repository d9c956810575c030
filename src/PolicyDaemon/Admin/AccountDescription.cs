using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Admin;

/// <summary>Describes an account with the rights that the rules give it and the block that stops it.</summary>
internal sealed class AccountDescription(AccountRules rules, BlockSet blocks, DateTimeOffset now)
{
    private static readonly (string Word, Rights Right)[] AllRights =
        [("send", Rights.Send), ("login", Rights.Login), ("receive", Rights.Receive)];

    /// <param name="isPartial">Some source could not be asked, see <see cref="AccountRules.Deny"/>.</param>
    public AccountReport Of(Account account, bool isPartial) => new()
    {
        Name = account.Name,
        Logins = account.Logins,
        Addresses = [.. account.Addresses.Select(address => address.Text)],
        SendAs = [.. account.SendAs.Select(address => address.Text)],
        Limits = account.Limits,
        Rights = [.. AllRights.Select(entry => Describe(entry.Word, rules.Deny(account, entry.Right, isPartial)))],
        States = [.. account.States.Select(Describe)],
        Block = FindBlock(account) is { } block ? BlockReport.Of(block) : null,
    };

    private static RightReport Describe(string right, Denial? denial) =>
        new(right, denial is null, denial?.Reason.Name, denial?.State.Source);

    private static StateReport Describe(AccountState state) =>
        new(state.Source, state.Entry, state.SendAllowed, state.Status, state.IsEnabled);

    /// <summary>As the check does: by the canonical name, by every login and by the main address, the strictest.</summary>
    private Block? FindBlock(Account account) => account.Logins
        .Prepend(account.Name)
        .Concat(account.Addresses.Take(1).Select(address => address.Text))
        .Select(login => blocks.Find(new BlockSubject(BlockScope.Login, login), now))
        .OfType<Block>()
        .MinBy(block => block.Action);
}
