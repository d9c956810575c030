using System.Globalization;
using System.Text.Json.Nodes;
using PolicyDaemon.Admin;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Containment;
using PolicyDaemon.Notices;

namespace PolicyDaemon.Containment;

/// <summary>A rule has seen too much: the block that follows, and what people are told.</summary>
internal sealed class ContainmentAlert
{
    private readonly ContainmentFinding finding;
    private readonly string node;
    private readonly string shown;

    public ContainmentAlert(ContainmentFinding finding, string node, DateTimeOffset now)
    {
        (this.finding, this.node) = (finding, node);
        shown = string.Concat(finding.Account.Select(static character => char.IsControl(character) ? '?' : character));
        Block = new Block
        {
            Subject = new BlockSubject(BlockScope.Login, finding.Account),
            Action = finding.Rule.Action,
            Reason = Why(finding),
            Author = $"containment:{finding.Rule.Name}",
            CreatedAt = now,
            ExpiresAt = now + finding.Rule.BlockFor,
        };
    }

    public Block Block { get; }

    /// <summary>Takes the block back, and all that the rule has done.</summary>
    public string UndoCommand => $"policydaemon unblock {ShellWord.Quote(shown)}";

    private string LookCommand => $"policydaemon lookup account {ShellWord.Quote(shown)}";

    private string Until => Block.ExpiresAt!.Value.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <param name="isKept">False: the store is away, and the block is in force on this node only.</param>
    public Notice ToNotice(bool isKept)
    {
        var text = Text(isKept);
        return new Notice(
            Guid.CreateVersion7(Block.CreatedAt).ToString("N"),
            Block.CreatedAt,
            node,
            $"login {shown} is blocked until {Until}",
            text,
            new JsonObject
            {
                ["event"] = "contained",
                ["login"] = finding.Account,
                ["rule"] = finding.Rule.Name,
                ["on"] = ValueKinds.Word(finding.Rule.On),
                ["count"] = finding.Count,
                ["withinSeconds"] = finding.Rule.Within.TotalSeconds,
                ["reason"] = Block.Reason,
                ["action"] = ValueKinds.Word(Block.Action),
                ["until"] = Until,
                ["seenFrom"] = new JsonArray([.. finding.Places.Select(place => JsonValue.Create(place))]),
                ["keptByStore"] = isKept,
                ["undo"] = UndoCommand,
            });
    }

    private string Text(bool isKept) =>
        $"""
        The login {shown} has been stopped from sending, by a rule and not by a person.

        Who        {shown}
        Why        {Block.Reason}
        Rule       {finding.Rule.Name}: {Count(finding.Rule.Count)} within {Durations.Format(finding.Rule.Within)}
        Seen from  {string.Join(", ", finding.Places.Reverse())} (the latest first)
        Done       its mail is {Done(Block.Action)}, {(isKept ? "on every node that shares the store" : "on this node only: the store is away, and gets the block when it is back")}
        Until      {Until} (for {Durations.Format(finding.Rule.BlockFor)})
        Node       {node}

        To undo it:
            {UndoCommand}

        To look:
            {LookCommand}
            policydaemon blocks
            journalctl -u policydaemon | grep -F {ShellWord.Quote(shown)}
            postqueue -p

        If these networks are not the person's own, somebody else knows the password: change it before you undo the block. What was sent before the
        block may still wait in Postfix's queue.

        """;

    private static string Why(ContainmentFinding finding) => $"{Count(finding.Count, finding.Rule.On)} within {Durations.Format(finding.Rule.Within)}";

    private string Count(int count) => Count(count, finding.Rule.On);

    private static string Count(int count, ContainmentTrigger on) => string.Create(CultureInfo.InvariantCulture, $"{count} {(on, count) switch
    {
        (ContainmentTrigger.UnknownRecipients, 1) => "unknown recipient",
        (ContainmentTrigger.UnknownRecipients, _) => "different unknown recipients",
        (ContainmentTrigger.ClientNetworks, _) => "different client networks",
        (_, 1) => "message refused by a limit",
        _ => "messages refused by a limit",
    }}");

    private static string Done(BlockAction action) => action switch
    {
        BlockAction.Hold => "put on hold",
        BlockAction.Defer => "deferred (451)",
        _ => "rejected (554)",
    };
}
