using PolicyDaemon.Admin;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Shows blocks: all in force, or one that was given or taken back.</summary>
internal static class BlocksPage
{
    private const string WhenBack = "the store is away, and the other nodes hear of it when it is back";

    public static void Write(Page page, BlockList list)
    {
        if (list.Blocks.Count == 0)
        {
            page.Line("no blocks");
            return;
        }

        page.Table(
        [
            ["BLOCKED", "ACTION", "LEFT", "BY", "SINCE", "REASON"],
            .. list.Blocks.Select(block => new Word[]
            {
                Word.Strong(Subject(block)), Action(block), Left(block, list.Now), block.Author,
                Times.Moment(block.CreatedAt), block.Reason,
            }),
        ]);
        if (list.Blocks.Count(block => block.IsPending) is > 0 and var pending) page.Line(new Word($"{pending} of them on this node only: {WhenBack}", Tone.Warning));
    }

    public static void Write(Page page, BlockGiven given)
    {
        page.Line(Word.Strong(Subject(given.Block)), $" is blocked: {Describe(given.Block)}");
        if (given.Replaced is { } replaced) page.Line(Word.Faint($"in place of: {Describe(replaced)}"));
        WritePending(page, given.Block.IsPending);
    }

    public static void Write(Page page, BlockTaken taken)
    {
        page.Line(Word.Strong(Subject(taken.Block)), " is no longer blocked");
        page.Line(Word.Faint($"it was: {Describe(taken.Block)}"));
        WritePending(page, taken.IsPending);
    }

    /// <summary><c>reject until 2026-11-21 14:00:00Z, by root: stolen password</c>.</summary>
    public static string Describe(BlockReport block)
    {
        var until = block.ExpiresAt is { } end ? $"until {Times.Moment(end)}" : "until it is taken back";
        return $"{Action(block)} {until}, by {block.Author}{(block.Reason.Length == 0 ? "" : $": {block.Reason}")}";
    }

    private static void WritePending(Page page, bool isPending)
    {
        if (isPending) page.Line(new Word($"on this node only: {WhenBack}", Tone.Warning));
    }

    private static string Subject(BlockReport block) => new BlockSubject(block.Scope, block.Key).ToString();

    private static string Action(BlockReport block) => block.Action.ToString().ToLowerInvariant();

    private static string Left(BlockReport block, DateTimeOffset now) => block.ExpiresAt is { } end ? Times.Length(end - now) : "no end";
}
