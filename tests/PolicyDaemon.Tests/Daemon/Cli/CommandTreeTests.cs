using System.CommandLine;
using PolicyDaemon.Cli;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli;

/// <summary>What holds for every command there is.</summary>
public sealed class CommandTreeTests
{
    public static TheoryData<string> Names => [.. All(CommandRun.Tree()).Select(HelpPage.FullName)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Help_of_every_command_teaches_with_examples_and_exit_statuses(string name)
    {
        using CommandRun run = new();

        int status = await run.RunAsync([.. name.Split(' ').Skip(1), "--help"]);

        Assert.Equal(ExitStatus.Yes, status);
        Assert.StartsWith($"{name}: ", run.Output, StringComparison.Ordinal);
        Assert.Contains($"\nUsage: {name} ", run.Output, StringComparison.Ordinal);
        Assert.Contains("\nExamples:\n  # ", run.Output, StringComparison.Ordinal);
        Assert.Contains("\nExit status:\n  0 ", run.Output, StringComparison.Ordinal);
        Assert.All(run.Output.Split('\n').Where(line => !line.StartsWith("  policydaemon ", StringComparison.Ordinal)), line => Assert.InRange(line.Length, 0, 120));
        Assert.Empty(run.Error);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_command_has_two_to_four_examples_and_sentences_that_end(string name)
    {
        TaughtCommand command = Find(name);

        Assert.InRange(command.Examples.Count, 2, 4);
        Assert.All(command.Examples, example => Assert.False(string.IsNullOrEmpty(example.Purpose)));
        if (command.Parents.Any()) Assert.EndsWith(".", command.Description, StringComparison.Ordinal);
        Assert.All(HelpPage.Options(command), option => Assert.EndsWith(".", option.Description, StringComparison.Ordinal));
        Assert.All(command.Arguments, argument => Assert.EndsWith(".", argument.Description, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_example_can_be_typed(string name)
    {
        foreach (Example example in Find(name).Examples)
        {
            string line = example.Line.Split([" | ", " < ", " && "], StringSplitOptions.None)[0];
            (IReadOnlyList<string> words, _) = ConfigurationArguments.Split(CommandRun.Split(line.Replace("'<>'", "<>", StringComparison.Ordinal)), ["node", "store"]);
            ParseResult parsed = CommandRun.Tree().Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
            Assert.True(parsed.Errors.Count == 0, $"{example.Line}: {string.Join("; ", parsed.Errors.Select(error => error.Message))}");
        }
    }

    [Fact]
    public async Task Help_command_and_help_option_say_the_same()
    {
        using CommandRun run = new();
        await run.RunAsync("alias add --help");
        string option = run.Output;

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("help alias add"));
        Assert.Equal(option, run.Output);
    }

    [Fact]
    public async Task Help_of_block_is_as_shown()
    {
        using CommandRun run = new();
        await run.RunAsync("block -h");
        ExpectedFile.Holds("tests/PolicyDaemon.Tests/Daemon/Cli/Expected/help-block.txt", run.Output);
    }

    [Fact]
    public async Task Version_is_one_line()
    {
        using CommandRun run = new();
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("--version"));
        Assert.Equal("policydaemon 0.1.0\n", run.Output);
    }

    internal static IEnumerable<TaughtCommand> All(TaughtCommand command) =>
        HelpPage.VisibleCommands(command).Cast<TaughtCommand>().SelectMany(All).Prepend(command);

    private static TaughtCommand Find(string name) => All(CommandRun.Tree()).Single(command => HelpPage.FullName(command) == name);
}
